"""Posts that exist when the run starts."""

from __future__ import annotations

from pydantic import Field

from simapp.scenarios.parts.base import Author, Part, PostText, TopicSlug

TEXT = "What the post says."
STANCE = "Side the post takes, -1 to 1; empty means unknown: it then suits every reader."
APPEAL = "Chance per impression that a reader who agrees reposts it; empty means drawn like any post's."


class SeedPostPart(Part):
    """A post that exists when the run starts."""

    author: Author = Field(default="random", description="Who wrote it.")
    text: PostText = Field(description=TEXT)
    topic: TopicSlug = Field(description="Topic slug; one of the scenario's topics.")
    stance: float | None = Field(default=None, ge=-1, le=1, description=STANCE)
    appeal: float | None = Field(default=None, gt=0, le=1, description=APPEAL)
