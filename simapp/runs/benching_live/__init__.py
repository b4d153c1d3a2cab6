"""The benchmark of watching: a run, the web process and its watchers, each in a process of its own."""
