"""What is done to runs and who does it."""
