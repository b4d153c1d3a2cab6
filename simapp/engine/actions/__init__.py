"""One file per action; the file name is the action's name."""
