"""Who lives in the world: how many, how old, when and how much they are active, what they think."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simapp.scenarios.parts.base import Line, Part, setting
from simapp.scenarios.parts.personas import Personas

OASIS_X = "OASIS, X user generator (camel-ai/oasis, Apache-2.0; arXiv 2411.11581)"
OASIS_REDDIT = "OASIS, Reddit user generator (camel-ai/oasis, Apache-2.0)"
BAUMANN = "Baumann et al. 2020, Phys. Rev. Lett. 124, 048301"

MAX_USERS = 1_000_000

# Trough at 4 h local time is 1/7 of the evening peak, the ratio measured on the 111 users of OASIS's
# sample with hourly counts; the shape between them (steep morning, lunch shoulder) is ours.
CIRCADIAN: tuple[float, ...] = (
    0.55, 0.38, 0.26, 0.18, 1 / 7, 0.15, 0.21, 0.34, 0.50, 0.62, 0.70, 0.75,
    0.80, 0.79, 0.76, 0.76, 0.79, 0.84, 0.90, 0.96, 1.00, 0.98, 0.89, 0.73,
)  # fmt: skip


def refuse(path: str, value: object, accepted: str) -> PydanticCustomError:
    """Return the error of a check over several fields; `path` is relative to the part that raises it."""
    return PydanticCustomError("cross", "", {"path": path, "value": value, "accepted": accepted})


class AgeBand(Part):
    """Users whose age in whole years is uniform in `low` .. `high` (both included)."""

    low: int = Field(ge=13, le=120, description="Youngest age of the band, in years.")
    high: int = Field(ge=13, le=120, description="Oldest age of the band, in years.")
    share: float = Field(ge=0, le=1e6, description="Relative weight of the band.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low:
            raise refuse("high", self.high, f"a whole number from {self.low} (low) to 120")
        return self


class GenderShares(Part):
    """Relative weights of genders. Default: 0.4 male, 0.4 female, 0.2 other (OASIS, X generator)."""

    unknown: float = setting(0.0, "Relative weight of users whose gender is not stated.", ge=0, le=1e6)
    female: float = setting(0.4, "Relative weight of women.", ge=0, le=1e6, source=OASIS_X)
    male: float = setting(0.4, "Relative weight of men.", ge=0, le=1e6, source=OASIS_X)
    other: float = setting(0.2, "Relative weight of other genders.", ge=0, le=1e6, source=OASIS_X)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.unknown + self.female + self.male + self.other <= 0:
            raise refuse("", "all zero", "weights of which at least one is above 0")
        return self


class TimeZone(Part):
    """Users living `offset` hours ahead of UTC."""

    offset: int = Field(ge=-12, le=14, description="Hours ahead of UTC (whole hours; no daylight saving).")
    share: float = Field(ge=0, le=1e6, description="Relative weight of the zone.")


class Activity(Part):
    """How often users are active: a personal level times the hour of their day.

    The level is drawn from a Pareto law cut to [minimum, maximum]: F(a) has exponent -`exponent`
    (Baumann et al. 2020 use 2.1 on 0.01 .. 1). Level = probability to be active within an hour at
    the user's own peak hour.
    """

    exponent: float = setting(
        2.1, "Exponent of the activity distribution; larger means fewer very active users.",
        gt=1, le=10, source=BAUMANN,
    )  # fmt: skip
    minimum: float = setting(
        0.01, "Lowest level.", gt=0, le=1, unit="probability per hour at the peak hour", source=BAUMANN
    )
    maximum: float = setting(
        1.0, "Highest level.", gt=0, le=1, unit="probability per hour at the peak hour", source=BAUMANN
    )
    circadian: tuple[Annotated[float, Field(ge=0, le=1e6)], ...] = Field(
        default=CIRCADIAN, min_length=24, max_length=24,
        description="Relative activity at each local hour 0 .. 23; scaled to a maximum of 1.",
    )  # fmt: skip
    time_zones: tuple[TimeZone, ...] = Field(
        default=(
            TimeZone(offset=-8, share=0.09),
            TimeZone(offset=-6, share=0.17),
            TimeZone(offset=-5, share=0.29),
            TimeZone(offset=-3, share=0.05),
            TimeZone(offset=0, share=0.12),
            TimeZone(offset=1, share=0.13),
            TimeZone(offset=3, share=0.04),
            TimeZone(offset=5, share=0.05),
            TimeZone(offset=8, share=0.03),
            TimeZone(offset=10, share=0.03),
        ),
        min_length=1, max_length=27,
        description="Where users live. Default: countries of OASIS's Reddit generator (US 0.48, UK, CA, "
        "AU, DE, others 0.30), spread over zones by us.",
        json_schema_extra={"source": OASIS_REDDIT},
    )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.maximum < self.minimum:
            raise refuse("maximum", self.maximum, f"a number from {self.minimum} (minimum) to 1")
        if max(self.circadian) <= 0:
            raise refuse("circadian", "all zero", "24 numbers of which at least one is above 0")
        if sum(zone.share for zone in self.time_zones) <= 0:
            raise refuse("time_zones", "all shares zero", "zones of which at least one has a share above 0")
        return self


class Voice(Part):
    """Propensity to write when active, Pareto on [minimum, maximum]: a few write most of what is read.

    Heavy-tailed because production is: a tenth of the users writes about 80 % of the posts (Pew 2019).
    """

    exponent: float = setting(
        1.8, "Exponent of the distribution; larger means fewer prolific writers.", gt=1, le=10,
        source="Pew Research Center 2019, Sizing Up Twitter Users (shape); value ours",
    )  # fmt: skip
    minimum: float = setting(0.02, "Lowest propensity to write.", gt=0, le=1, unit="probability when active")
    maximum: float = setting(0.9, "Highest propensity to write.", gt=0, le=1, unit="probability when active")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.maximum < self.minimum:
            raise refuse("maximum", self.maximum, f"a number from {self.minimum} (minimum) to 1")
        return self


_CENTRE = "Centre of the distribution, in the native scale of the opinion model."
_SCALE = "native scale of the opinion model"


class UniformOpinions(Part):
    """Opinions uniform in mean - spread .. mean + spread, independent per topic."""

    kind: Literal["uniform"] = "uniform"
    mean: float = setting(0.0, _CENTRE, ge=-10, le=10, unit=_SCALE)
    spread: float = setting(1.0, "Half the width.", ge=0, le=10, unit=_SCALE)


class NormalOpinions(Part):
    """Opinions normal around the mean, independent per topic."""

    kind: Literal["normal"] = "normal"
    mean: float = setting(0.0, _CENTRE, ge=-10, le=10, unit=_SCALE)
    spread: float = setting(0.3, "Standard deviation.", ge=0, le=10, unit=_SCALE)


class TwoCamps(Part):
    """Two camps around -centre and +centre; a user is in the same camp on every topic."""

    kind: Literal["two_camps"] = "two_camps"
    centre: float = setting(0.6, "Distance of each camp's centre from zero.", ge=0, le=10, unit=_SCALE)
    spread: float = setting(0.2, "Standard deviation inside a camp.", ge=0, le=10, unit=_SCALE)
    share: float = setting(0.5, "Share of users in the positive camp.", ge=0, le=1)


class ConstantOpinions(Part):
    """Everybody starts with the same opinion on every topic."""

    kind: Literal["constant"] = "constant"
    value: float = setting(0.0, "The opinion.", ge=-10, le=10, unit=_SCALE)


Opinions = Annotated[
    UniformOpinions | NormalOpinions | TwoCamps | ConstantOpinions, Field(discriminator="kind")
]


class People(Part):
    """People from a file instead of the generator: they replace population, follows and seed posts."""

    upload: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the file's content, in lower-case hexadecimal.",
        json_schema_extra={"accepted": "64 hexadecimal digits (the SHA-256 of the file)"},
    )
    format: Literal[
        "oasis-x", "oasis-reddit", "people", "graph-edges", "graph-gml", "graph-graphml", "graph-gexf"
    ] = Field(description="Format that was detected; a graph gives users and follows, the rest is generated.")
    name: Line = Field(min_length=1, max_length=255, description="Name of the file, for people.")


class PopulationPart(Part):
    """The generated population, or the file that people come from."""

    users: int = setting(1000, "Number of users.", ge=1, le=MAX_USERS, unit="users")
    ages: tuple[AgeBand, ...] = Field(
        default=(
            AgeBand(low=13, high=17, share=0.066),
            AgeBand(low=18, high=24, share=0.171),
            AgeBand(low=25, high=34, share=0.385),
            AgeBand(low=35, high=49, share=0.207),
            AgeBand(low=50, high=80, share=0.171),
        ),
        min_length=1, max_length=30,
        description="Age bands with relative weights; ages are uniform inside a band. OASIS's last band is "
        "50+, closed at 80 by us.",
        json_schema_extra={"source": OASIS_X},
    )  # fmt: skip
    genders: GenderShares = Field(default=GenderShares(), description="Relative weights of genders.")
    activity: Activity = Field(default=Activity(), description="How often and when users are active.")
    voice: Voice = Field(default=Voice(), description="How much users write when active.")
    opinions: Opinions = Field(default=UniformOpinions(), description="Opinions at the start.")
    personas: Personas = Field(
        default=Personas(),
        description="What users are like, and the persona that says so to language models.",
    )
    people: People | None = Field(
        default=None,
        description="A file of people; it replaces users, follows and seed posts, nobody is added.",
    )

    @model_validator(mode="after")
    def _some_age(self) -> Self:
        if sum(band.share for band in self.ages) <= 0:
            raise refuse("ages", "all shares zero", "age bands of which at least one has a share above 0")
        return self
