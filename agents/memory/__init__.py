"""What model users remember: bounded columns in `world.extra`, part of every snapshot and fork."""
