"""Pages: translate HTTP into one service call and render. Nothing is decided here."""
