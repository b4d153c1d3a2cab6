"""What makes posts spread: reading and reposting in feeds, or a published model on the follow network.

A model of spread decides who reposts what, whatever the feed shows; likes, comments and all else stay the mind's. Its
reposts are carried out like any other.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simapp.scenarios.parts.base import Part, setting

KEMPE = "Kempe, Kleinberg & Tardos 2003, KDD, 137"
JIN = "Jin et al. 2013, SNA-KDD; Bettencourt et al. 2006, Physica A 364, 513 (model); value ours"
PER_HOUR = "per hour"


class FeedSpread(Part):
    """Posts spread by what feeds show and readers repost."""

    kind: Literal["feed"] = "feed"


class IndependentCascadeSpread(Part):
    """Every share has one chance per follower, at the follower's next visit.

    Source: Goldenberg, Libai & Muller 2001, Marketing Letters 12, 211.
    """

    kind: Literal["independent_cascade"] = "independent_cascade"
    chance: float | None = Field(
        default=None, ge=0, le=1, description="Probability per follower; empty means the post's own appeal.",
        json_schema_extra={"unit": "probability per follow", "source": KEMPE},
    )  # fmt: skip
    delay: float = setting(
        0.0, "Median of the log-normal delay of a share; 0: at the next visit.", ge=0, le=100_000, unit="minutes",
        source="half of all reposts came within 42 minutes (Twitter15, Ma, Gao & Wong 2017)",
    )  # fmt: skip
    sigma: float = setting(1.0, "Standard deviation of the logarithm of the delay.", ge=0, le=5, unit="log units")
    beyond: float = setting(
        0.0, "Chance that a user who does not follow the author meets the post all the same.", ge=0, le=1
    )


class SirSpread(Part):
    """Every share infects followers step by step until the user recovers.

    Source: Kermack & McKendrick 1927, Proc. R. Soc. A 115, 700; synchronous, infect then recover.
    """

    kind: Literal["sir"] = "sir"
    beta: float = setting(
        0.02, "Chance to infect a follower.", ge=0, le=1, unit="probability per follow and step"
    )
    gamma: float = setting(0.2, "Chance to recover.", gt=0, le=1, unit="probability per step")


class LinearThresholdSpread(Part):
    """A user shares what a large enough part of the followees has shared.

    Source: Granovetter 1978, Am. J. Sociology 83, 1420; Kempe, Kleinberg & Tardos 2003.
    """

    kind: Literal["linear_threshold"] = "linear_threshold"
    threshold: float | None = Field(
        default=None, ge=0, le=1, description="Part of followees; empty means uniform for each user and post.",
        json_schema_extra={"source": "Watts 2002, PNAS 99, 5766 (one threshold); " + KEMPE + " (uniform)"},
    )  # fmt: skip


class SeizSpread(Part):
    """Susceptible, exposed, infected, sceptic: people think a post over, and some talk others out of it.

    Source: Bettencourt et al. 2006, Physica A 364, 513; Jin et al. 2013, SNA-KDD.
    """

    kind: Literal["seiz"] = "seiz"
    beta: float = setting(
        0.5, "Rate of contact with users who have shared.", ge=0, le=100, unit=PER_HOUR, source=JIN
    )
    b: float = setting(0.2, "Rate of contact with sceptics.", ge=0, le=100, unit=PER_HOUR, source=JIN)
    rho: float = setting(
        0.3, "Rate at which exposed users share after contact with those who have.", ge=0, le=100, unit=PER_HOUR,
        source=JIN,
    )  # fmt: skip
    epsilon: float = setting(
        0.02, "Rate at which exposed users share by themselves.", ge=0, le=100, unit=PER_HOUR, source=JIN
    )
    p: float = setting(0.3, "Chance to share at once on contact.", ge=0, le=1, source=JIN)
    l: float = setting(0.3, "Chance to become a sceptic on contact with one.", ge=0, le=1, source=JIN)  # noqa: E741
    sceptics: float = setting(0.0, "Part of users who are sceptic of every post from the start.", ge=0, le=1)
    contacts: Literal["follows", "everyone"] = Field(
        default="follows", description="Whom a user meets: those followed, or everybody alike."
    )


class HawkesSpread(Part):
    """Self-exciting posting: whatever is posted or shared brings forth further shares, at drawn delays.

    Source: Hawkes & Oakes 1974, J. Appl. Probab. 11, 493; Zhao et al. 2015, KDD (power-law delays).
    """

    kind: Literal["hawkes"] = "hawkes"
    mu: float = setting(
        0.05, "Posts of one's own accord.", ge=0, le=100, unit="posts per active user and hour"
    )
    n: float = setting(0.6, "Shares that one post or share brings forth, on average.", ge=0, le=0.99)
    decay: float = setting(1.0, "Rate of the exponential delay.", gt=0, le=1000, unit=PER_HOUR)
    exponent: float = setting(
        0.0, "Exponent of power-law delays; 0 means exponential ones.", ge=0, le=5,
        source="1.24 on Twitter (Zhao et al. 2015)",
    )  # fmt: skip
    flat: float = setting(
        0.0833, "Length of the constant start of power-law delays.", gt=0, le=24, unit="hours",
        source="5 minutes (Zhao et al. 2015)",
    )  # fmt: skip


SpreadModel = Annotated[
    FeedSpread | IndependentCascadeSpread | SirSpread | LinearThresholdSpread | SeizSpread | HawkesSpread,
    Field(discriminator="kind"),
]
