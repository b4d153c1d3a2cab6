"""Reads what the exporters wrote, and believes none of it before it is checked."""
