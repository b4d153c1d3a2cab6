"""How long prompts are as a run gets long."""
