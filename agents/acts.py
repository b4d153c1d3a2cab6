"""What acts of a reply name: the words that questions, answers and their schema share."""

from __future__ import annotations

MOST_DEEDS = 4
LONGEST_TEXT = 500  # characters that a user writes in one go

# What the actions of the platform name (`takes` of simapp.engine.actions, which this package does not know; a test
# compares them). An action that is not here is taken as its reply has it.
ON_POST = frozenset({
    "like_post", "unlike_post", "dislike_post", "undo_dislike_post", "repost", "quote_post", "create_comment",
    "report_post", "label_post", "note_post", "remove_post", "restore_post", "demote_post", "undo_demote_post",
})  # fmt: skip
ON_COMMENT = frozenset({"like_comment", "unlike_comment", "dislike_comment", "undo_dislike_comment"})
ON_AUTHOR = frozenset({
    "follow", "unfollow", "mute", "unmute", "suspend_user", "reinstate_user", "automate_user", "undo_automate_user",
    "order_follow", "order_unfollow",
})  # fmt: skip
IN_GROUP = frozenset({"leave_group", "send_to_group"})
ON_GROUP = frozenset({"join_group"}) | IN_GROUP
"""About a group: of IN_GROUP one that the user is in, else one that it is not in."""
ON_PRODUCT = frozenset({"purchase_product"})
WITH_TEXT = frozenset({
    "create_post", "create_comment", "quote_post", "report_post", "search_posts", "search_user", "create_group",
    "send_to_group", "label_post", "note_post",
})  # fmt: skip
ARGUING = frozenset({"create_post", "create_comment", "quote_post"})
NOTHING = "do_nothing"
KNOWN = frozenset().union(
    ON_POST,
    ON_COMMENT,
    ON_AUTHOR,
    ON_GROUP,
    ON_PRODUCT,
    WITH_TEXT,
    (NOTHING, "trend", "refresh", "listen_from_group"),
)
