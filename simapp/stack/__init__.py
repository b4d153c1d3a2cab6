"""The services a run needs, started for the user: PostgreSQL, Valkey, workers and the web server.

Nothing here imports Django, so that the small process that keeps the servers stays small.
"""
