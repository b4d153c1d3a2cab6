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
    "like_comment",
    "unlike_comment",
    "dislike_comment",
    "undo_dislike_comment",
    "search_posts",
    "search_user",
    "trend",
    "refresh",
    "report_post",
    "label_post",
    "note_post",
    "remove_post",
    "restore_post",
    "suspend_user",
    "reinstate_user",
    "demote_post",
    "undo_demote_post",
    "create_group",
    "join_group",
    "leave_group",
    "send_to_group",
    "listen_from_group",
    "purchase_product",
)

# OASIS's sets for X (6) and Reddit (13), with what takes back what they do, comments and mutes on the microblog,
# and reports, from which moderation starts. Moderation itself is nobody's unless a scenario offers it.
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
        "report_post",
        "do_nothing",
    ),
    "forum": (
        "create_post",
        "create_comment",
        "like_post",
        "dislike_post",
        "unlike_post",
        "undo_dislike_post",
        "like_comment",
        "dislike_comment",
        "unlike_comment",
        "undo_dislike_comment",
        "search_posts",
        "search_user",
        "trend",
        "refresh",
        "follow",
        "mute",
        "report_post",
        "do_nothing",
    ),
}

FEED_PRESETS: tuple[str, ...] = ("chronological", "reddit-hot", "interest", "popularity-lottery")
