"""Text vectors: encoding, keeping, and the interests learned from them."""
