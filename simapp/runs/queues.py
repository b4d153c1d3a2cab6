"""How much waits in the queues that workers take from."""

from __future__ import annotations

from django.conf import settings

QUEUES = ("runs", "decisions")
SECONDS = 0.3  # a page waits no longer for the broker


def depths() -> dict[str, int] | None:
    """Return how many tasks wait in each queue, those that a worker has taken left out; None: no answer in time."""
    import redis

    try:
        with redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
            lengths = client.pipeline(transaction=False)
            for name in QUEUES:
                lengths.llen(name)
            return dict(zip(QUEUES, map(int, lengths.execute()), strict=True))
    except (redis.RedisError, OSError):
        return None
