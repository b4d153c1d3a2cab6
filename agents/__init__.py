"""What simulated users are: their minds, their memory, and the words they write."""
