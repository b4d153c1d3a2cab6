"""What decides for users. Parameters of opinion models are in the model's native units."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simapp.scenarios.parts.base import Part, setting
from simapp.scenarios.parts.models import Models
from simapp.scenarios.parts.opinions import BaumannOpinions, OpinionModel
from simapp.scenarios.parts.spread import FeedSpread, SpreadModel

_CALIBRATE = "order of magnitude only: about 10 likes to 2 reposts to 1 reply; calibrate"


def _rate(default: float, deed: str, source: str = "") -> float:
    value: float = setting(
        default, f"Probability to {deed}, before stance, appeal and herd.", ge=0, le=1,
        unit="probability per impression", source=source,
    )  # fmt: skip
    return value


class Rates(Part):
    """Base rates of reactions to one post that was read."""

    like: float = _rate(0.02, "like the post", _CALIBRATE)
    dislike: float = _rate(0.005, "dislike the post")
    repost: float = setting(
        1.0, "Factor on a post's own appeal, which is the chance that an agreeing reader reposts it.",
        ge=0, le=100,
    )  # fmt: skip
    quote: float = _rate(0.001, "quote it")
    comment: float = _rate(0.004, "comment on it", _CALIBRATE)
    follow: float = _rate(0.002, "follow its author")
    unfollow: float = _rate(0.0005, "unfollow its author")
    mute: float = _rate(0.0002, "mute its author")


class Appeal(Part):
    """Log-normal appeal of a post: the chance per impression that a reader who agrees reposts it."""

    median: float = setting(
        0.012, "Median appeal.", gt=0, le=1, unit="probability per impression",
        source="with sigma 0.7, authorship exponent 0.7 and follower tail 2.2 cascades have published shapes "
        "(docs/fidelity.md)",
    )  # fmt: skip
    sigma: float = setting(
        0.7, "Standard deviation of the logarithm of appeal.", ge=0, le=3, unit="log units"
    )


class Minds(Part):
    """Rule minds: published opinion and attention models, no language model."""

    kind: Literal["rules"] = Field(default="rules", description="Tier that decides.")
    opinion: OpinionModel = Field(default=BaumannOpinions(), description="How opinions move.")
    spread: SpreadModel = Field(default=FeedSpread(), description="What makes posts spread.")
    rates: Rates = Field(default=Rates(), description="Base rates of reactions.")
    stance_gate: float = setting(
        0.7, "Scale h of the stance gate exp(-distance / h) on likes and reposts.", gt=0, le=100,
        unit="shown opinion, [-1, 1]", source="direction: Bakshy et al. 2015; value ours",
    )  # fmt: skip
    feed_depth: float = setting(
        12.0, "Mean number of posts read per visit (geometric stop).", ge=1, le=100, unit="posts"
    )
    herd: float = setting(
        0.0, "Effect of a visible positive score on the chance to like (0 = none).", ge=0, le=5,
        source="Muchnik, Aral & Taylor 2013, Science 341, 647: +32 % for one early up-vote",
    )  # fmt: skip
    heed: float = setting(
        0.0, "How much less likely a reader reposts a post that carries a label or a note (0 = as without).", ge=0,
        le=1, source="0.46 by notes on X (Slaughter, Peytavin, Ugander & Saveski 2025, PNAS 122, e2503413122)",
    )  # fmt: skip
    appeal: Appeal = Field(default=Appeal(), description="How posts differ in their chance to spread.")
    models: Models | None = Field(
        default=None, description="Language models beside the rules; empty means that nobody thinks with one."
    )
    authorship_exponent: float = setting(
        0.7, "Authorship grows with followers to this power.", ge=0, le=2,
        source="lets broadcasts, not runaways, make large cascades (our test; Goel et al. 2016)",
    )  # fmt: skip
