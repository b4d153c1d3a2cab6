"""Published models of who passes a post on, and when; one file per model."""
