"""Drawing a follow graph: who is drawn, which communities there are, and where everybody stands."""
