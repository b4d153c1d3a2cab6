"""What a browser hears while a run lasts: sockets, snapshots, numbered messages."""
