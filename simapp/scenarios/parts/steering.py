"""What a scenario or a member changes about accounts and follows: bots and rewiring."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simapp.scenarios.parts.base import Part, Step, TopicSlug, setting
from simapp.scenarios.parts.moderation import ModeratesUser

_AT = "Step at which it happens, from 1; the feeds of this step already know."
_TIMES = "How many times as active, and as likely to write, as its owner."
_STANCE = "What it stands for from then on; empty: what its owner thought. It never changes its mind."
_ON = "The topic of that stance; empty means all topics."
MOST_ACTIVE = 100


class Rewire(Part):
    """At a step, a share of the follows is led elsewhere, or cut."""

    kind: Literal["rewire"] = "rewire"
    at: Step = Field(description=_AT)
    how: Literal["random", "across", "within", "cut"] = Field(
        default="random",
        description="random: to anybody; across: from the own side to the other; within: from the other side to the "
        "own; cut: follows between the sides end.",
    )
    share: float = Field(ge=0, le=1, description="Share of the follows that it is about.")
    topic: TopicSlug | None = Field(
        default=None, description="Topic whose opinions make the sides, below 0 and the rest; empty means the first."
    )


class SetBots(Part):
    """From a step on, a share of the accounts is automated; too many are given back to their owners."""

    kind: Literal["set_bots"] = "set_bots"
    at: Step = Field(description=_AT)
    share: float = Field(ge=0, le=1, description="Share of all accounts that is automated from then on.")
    activity: int = setting(10, _TIMES, ge=1, le=MOST_ACTIVE)
    stance: float | None = Field(default=None, ge=-1, le=1, description=_STANCE)
    topic: TopicSlug | None = Field(default=None, description=_ON)


class AutomateUser(ModeratesUser):
    """From a step on, an account is automated: more active, and of one mind for good."""

    kind: Literal["automate_user"] = "automate_user"
    activity: int = setting(10, _TIMES, ge=1, le=MOST_ACTIVE)
    stance: float | None = Field(default=None, ge=-1, le=1, description=_STANCE)
    topic: TopicSlug | None = Field(default=None, description=_ON)


class UndoAutomateUser(ModeratesUser):
    """At a step, an automated account is given back to its owner."""

    kind: Literal["undo_automate_user"] = "undo_automate_user"
