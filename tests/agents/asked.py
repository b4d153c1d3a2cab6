"""Questions made by hand."""

from __future__ import annotations

from typing import Any

from agents.asking import Question

OPTIONS = (
    "repost", "like_post", "create_comment", "follow", "do_nothing", "create_post", "like_comment", "quote_post",
    "mute", "search_posts",
)  # fmt: skip


def asked(**more: Any) -> Question:
    """A question about three posts, the second with two comments."""
    return Question(**{
        "user": 7, "shared": "rules", "own": "feed", "options": OPTIONS, "posts": 3, "comments": (0, 2, 0),
        "topics": ("housing", "work and pay"), "seed": 1, "template": "0" * 16, **more,
    })  # fmt: skip
