"""What a model user gets to see of posts, comments and itself: settings of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simapp.engine.core.errors import WrongInput


@dataclass(frozen=True)
class Perception:
    """authors: of "all", of "posts" only, or of "none"; ages, counters: whether they stand beside a post; follows:
    whether authors whom the user follows are marked; audience: whether users know how many follow them.

    comments: newest comments shown under a post, 0 .. 20. post_characters, comment_characters, about_characters:
    longer texts are cut with an ellipsis. handle_characters: names of authors are cut to it. views: how many of a
    user's strongest stances are told. memory_characters: the most of what a user remembers.
    own_tokens: the most estimated tokens of what follows the shared part. What does not fit is left out: first
    memories but the first, then comments from the bottom, then posts from the bottom.
    """

    authors: Literal["all", "posts", "none"] = "posts"
    ages: bool = True
    counters: bool = True
    follows: bool = True
    audience: bool = True
    comments: int = 3
    post_characters: int = 280
    comment_characters: int = 140
    about_characters: int = 120
    memory_characters: int = 240
    handle_characters: int = 12
    views: int = 3
    own_tokens: int = 750

    def __post_init__(self) -> None:
        limits = {
            "comments": (0, 20), "post_characters": (20, 2000), "comment_characters": (20, 2000),
            "about_characters": (0, 2000), "memory_characters": (0, 2000), "handle_characters": (3, 30),
            "views": (0, 12), "own_tokens": (100, 100_000),
        }  # fmt: skip
        for name, (least, most) in limits.items():
            if not least <= getattr(self, name) <= most:
                msg = f"minds.perception.{name} is {getattr(self, name)}; it must be {least} to {most}."
                raise WrongInput(msg)
        if self.authors not in ("all", "posts", "none"):
            msg = f"minds.perception.authors is {self.authors!r}; it must be all, posts or none."
            raise WrongInput(msg)
