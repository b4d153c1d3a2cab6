"""Published models of how opinions move; one file per model."""
