"""What is done to a list once it is ranked."""
