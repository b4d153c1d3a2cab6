"""Who follows whom at the start. An edge points from follower to followee; attention flows back along it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simapp.scenarios.parts.base import Part, setting
from simapp.scenarios.parts.population import refuse

MAX_MEAN = 500


def _mean(default: float) -> float:
    value: float = setting(
        default, "Mean number of users that a user follows.", ge=0, le=MAX_MEAN, unit="follows per user"
    )
    return value


class BarabasiAlbert(Part):
    """Preferential attachment: users arrive in random order and follow earlier ones, the followed more often.

    Source: Barabasi & Albert 1999, Science 286, 509; with initial attractiveness, Dorogovtsev, Mendes &
    Samukhin 2000, Phys. Rev. Lett. 85, 4633.
    """

    kind: Literal["barabasi_albert"] = "barabasi_albert"
    mean_followees: float = _mean(20.0)
    reciprocity: float = setting(
        0.25, "Share of follows that are returned.", ge=0, le=0.9,
        source="0.22 on Twitter (Kwak et al. 2010); 0.24 between political blogs (Adamic & Glance 2005)",
    )  # fmt: skip
    exponent: float = setting(
        2.2, "Exponent of the tail of followers; 3 is the original model, smaller means larger hubs.",
        ge=2.05, le=4, source="Dorogovtsev, Mendes & Samukhin 2000; follower tails 2 to 2.5",
    )  # fmt: skip


class WattsStrogatz(Part):
    """A ring of friends with some ties rewired at random; every tie is two follows.

    Source: Watts & Strogatz 1998, Nature 393, 440.
    """

    kind: Literal["watts_strogatz"] = "watts_strogatz"
    mean_followees: float = _mean(20.0)
    rewire: float = setting(0.1, "Probability that a tie is rewired.", ge=0, le=1)


class StochasticBlock(Part):
    """Groups whose members follow each other more than outsiders.

    Source: Holland, Laskey & Leinhardt 1983, Social Networks 5, 109.
    """

    kind: Literal["stochastic_block"] = "stochastic_block"
    mean_followees: float = _mean(20.0)
    blocks: tuple[Annotated[float, Field(gt=0, le=1e6)], ...] = Field(
        default=(0.5, 0.5), min_length=1, max_length=100, description="Relative sizes of the blocks."
    )
    homophily: float = setting(0.8, "Share of a user's follows that stay inside the own block.", ge=0, le=1)
    by: Literal["random", "opinion"] = Field(
        default="random",
        description="How users get their block: at random by size, or by the sign of their opinion on "
        "the first topic (two blocks; sizes then follow the opinions).",
    )

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.by == "opinion" and len(self.blocks) != 2:
            raise refuse(
                "blocks", f"a list of {len(self.blocks)}", "a list of 2 when by is opinion (its two signs)"
            )
        return self


class NoNetwork(Part):
    """Nobody follows anybody at the start."""

    kind: Literal["none"] = "none"


Network = Annotated[BarabasiAlbert | WattsStrogatz | StochasticBlock | NoNetwork, Field(discriminator="kind")]
