"""What a world is measured by: one file per metric; the file name is the metric's name."""
