"""Memories in words, from the user's own point of view."""

from __future__ import annotations

from agents.cleaning import neutral

_QUOTED = 50  # characters of what was written that are remembered

_INSIDE = str.maketrans({'"': "'", "“": "'", "”": "'", ";": ","})

# By action: what I did, and what was done to me; see event_words. What is not here is not remembered.
MINE = {
    "create_post": "you posted{about}{said}",
    "create_comment": "you commented on {whom} post{about}{said}",
    "quote_post": "you quoted {whom} post{about}{said}",
    "repost": "you shared {whom} post{about}",
    "like_post": "you liked {whom} post{about}",
    "dislike_post": "you disliked {whom} post{about}",
    "like_comment": "you liked {whom} comment{about}",
    "dislike_comment": "you disliked {whom} comment{about}",
    "report_post": "you reported {whom} post{about}",
    "follow": "you followed {person}",
    "unfollow": "you stopped following {person}",
    "mute": "you muted {person}",
    "create_group": "you made a group{said}",
    "join_group": "you joined a group",
    "leave_group": "you left a group",
    "send_to_group": "you wrote to a group{said}",
    "purchase_product": "you bought something",
    "search_posts": "you searched for{said}",
    "search_user": "you searched for{said}",
    "trend": "you looked at what is trending",
}
SEARCHES = frozenset({"search_posts", "search_user", "trend"})
"""Of these the answer is remembered, too."""
THEIRS = {
    "create_comment": "{one} commented on your post{said}",
    "quote_post": "{one} quoted your post{said}",
    "repost": "{one} shared your post",
    "like_post": "{one} liked your post",
    "dislike_post": "{one} disliked your post",
    "like_comment": "{one} liked your comment",
    "dislike_comment": "{one} disliked your comment",
    "follow": "{one} followed you",
}
MERGING = frozenset({"repost", "like_post", "dislike_post", "like_comment", "dislike_comment", "follow"})
"""What others do that counts up instead of being remembered one by one."""


def inside(text: str) -> str:
    """Return neutral text without what would end a quotation, or begin another memory."""
    return text.translate(_INSIDE)


def event_words(action: str, *, mine: bool, one: str, whom: str, about: str, others: int, text: str) -> str:
    """Return an event in words; "" for what is not told.

    mine: whether the one who remembers did it. one: who did it, with so many `others` after them; whom: whose post it
    was about, or who was followed, in the genitive; about: " on" its topic; text: what was written.
    """
    said = f': "{inside(neutral(text, _QUOTED))}"' if text else ""
    if mine:
        pattern = MINE.get(action, "")
        return pattern.format(whom=whom, person=whom.removesuffix("'s"), about=about, said=said)
    pattern = THEIRS.get(action, "")
    if others:
        one = f"{one} and {others} more"
    return pattern.format(one=one, said=said)


def self_words(beliefs: list[tuple[float, float, str]]) -> str:
    """Return what a user makes of itself, from (belief, evidence, topic) of its strongest topics; "" for nothing."""
    sides = [
        f"{'for' if belief > 0 else 'against'} {topic}"
        for belief, evidence, topic in beliefs
        if evidence >= 1.0 and abs(belief) >= 0.15
    ]
    return f"lately you were {' and '.join(sides)}" if sides else ""
