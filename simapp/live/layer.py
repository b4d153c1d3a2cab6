"""The channel layer, with a way to listen again where the broker has forgotten who listens."""

from __future__ import annotations

from channels_redis.pubsub import RedisPubSubChannelLayer


class RunLayer(RedisPubSubChannelLayer):
    """channels-redis's layer on publish and subscribe.

    When the broker restarts, the layer connects again and subscribes anew; where a socket opens in that very
    moment, the connection may come back without the subscriptions, and nobody notices: no message, no error.
    """

    async def listen_again(self, group: str) -> None:
        """Subscribe this process to the group's messages once more; harmless when it is subscribed."""
        layer = self._get_layer()
        name = layer._get_group_channel_name(group)  # noqa: SLF001 - channels-redis offers nothing for this
        shard = layer._get_shard(name)  # noqa: SLF001
        shard._subscribed_to.discard(name)  # noqa: SLF001
        await shard.subscribe(name)
