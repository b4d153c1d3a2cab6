"""World arrays, clock, random streams, snapshots, digest, errors."""
