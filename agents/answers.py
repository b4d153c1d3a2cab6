"""The form of a reply, and the reader that takes it apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a user chose to do.

    action: a name among the question's options. post: number of the post it is about, from 1 (0 none); comment:
    number of the comment under that post, from 1 (0 none). A follow or mute is of that post's or comment's author.
    text: what is written or searched for, cleaned. topic: index into the question's topics (-1 unknown). stance: what
    the text argues in [-1, 1], None where the user did not say.
    """

    action: str
    post: int = 0
    comment: int = 0
    text: str = ""
    topic: int = -1
    stance: float | None = None
