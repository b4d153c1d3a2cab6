"""Names that a scenario may use for parts of the engine: actions and feed presets.

The document is checked without loading the engine, so the names stand here once. A contract test of
the registries compares them with what is registered.
"""

from __future__ import annotations

ACTIONS: tuple[str, ...] = (
    "create_post",
    "create_comment",
    "like_post",
    "unlike_post",
    "dislike_post",
    "undo_dislike_post",
    "repost",
    "quote_post",
    "follow",
    "unfollow",
    "mute",
    "unmute",
    "do_nothing",
    "create_group",
    "join_group",
    "leave_group",
    "send_to_group",
    "listen_from_group",
    "purchase_product",
)

DEFAULT_ACTIONS: dict[str, tuple[str, ...]] = {
    "microblog": (
        "create_post",
        "create_comment",
        "like_post",
        "unlike_post",
        "repost",
        "quote_post",
        "follow",
        "unfollow",
        "mute",
        "unmute",
        "do_nothing",
    ),
    "forum": (
        "create_post",
        "create_comment",
        "like_post",
        "dislike_post",
        "unlike_post",
        "undo_dislike_post",
        "follow",
        "mute",
        "do_nothing",
    ),
}

FEED_PRESETS: tuple[str, ...] = ("chronological", "reddit-hot", "interest")
