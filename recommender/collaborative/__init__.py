"""Rankings learned from who reacted to what: item neighbours, alternating least squares, a linear autoencoder."""
