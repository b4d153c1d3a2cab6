"""What may not be shown."""
