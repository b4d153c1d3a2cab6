"""Experiments: arms times replicates of one scenario, launched together and compared by seed."""
