"""Memories in words, from the user's own point of view."""

from __future__ import annotations

from agents.cleaning import neutral
from agents.memory.state import BY, COUNT, KIND, TOPIC, WHOM

_QUOTED = 50  # characters of what was written that are remembered

_INSIDE = str.maketrans({'"': "'", "“": "'", "”": "'", ";": ","})

# By action: what I did ("{whom}" whose post, "{about}" its topic), and what was done to me ("" for nothing that one is
# told of); "{one}" is who did it.
MINE = {
    "create_post": "you posted{about}{said}",
    "create_comment": "you commented on {whom}'s post{about}{said}",
    "quote_post": "you quoted {whom}'s post{about}{said}",
    "repost": "you shared {whom}'s post{about}",
    "like_post": "you liked {whom}'s post{about}",
    "dislike_post": "you disliked {whom}'s post{about}",
    "like_comment": "you liked {whom}'s comment{about}",
    "dislike_comment": "you disliked {whom}'s comment{about}",
    "report_post": "you reported {whom}'s post{about}",
    "follow": "you followed {whom}",
    "unfollow": "you stopped following {whom}",
    "mute": "you muted {whom}",
    "search_posts": "you searched for{said}",
    "search_user": "you searched for{said}",
}
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


def event_words(
    event: list[int], user: int, names: dict[int, str], handles: dict[int, str], topics: list[str], text: str
) -> str:
    """Return an event (state.FIELDS) as `user` remembers it; "" for what is not told. `text`: what was written."""
    name = names.get(event[KIND] - 1, "")
    mine = event[BY] == user
    pattern = (MINE if mine else THEIRS).get(name, "")
    if not pattern:
        return ""
    others = event[COUNT] - 1
    one = handles.get(event[BY], "somebody")
    if others:
        one = f"{one} and {others} more"
    whom = "your own" if event[WHOM] == user else handles.get(event[WHOM], "somebody")
    about = f" on {topics[event[TOPIC]]}" if 0 <= event[TOPIC] < len(topics) else ""
    # Without what would end the quotation, or begin another memory.
    said = f': "{neutral(text, _QUOTED).translate(_INSIDE)}"' if text else ""
    return pattern.format(whom=whom, about=about, said=said, one=one).replace("your own's", "your own")


def self_words(beliefs: list[tuple[float, float, str]]) -> str:
    """Return what a user makes of itself, from (belief, evidence, topic) of its strongest topics; "" for nothing."""
    sides = [
        f"{'for' if belief > 0 else 'against'} {topic}"
        for belief, evidence, topic in beliefs
        if evidence >= 1.0 and abs(belief) >= 0.15
    ]
    return f"lately you were {' and '.join(sides)}" if sides else ""
