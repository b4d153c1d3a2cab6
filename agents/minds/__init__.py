"""One file per mind; the file name is the mind's name."""
