"""How opinions move: one part per published model, parameters in the model's native units.

Opinions at the start (population.opinions) are in the same units: unbounded for Baumann, [0, 1] for models of
bounded confidence, [-1, 1] for the others. Each model is shown in [-1, 1].
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from simapp.scenarios.parts.base import Part, setting
from simapp.scenarios.parts.population import BAUMANN

DEFFUANT = "Deffuant, Neau, Amblard & Weisbuch 2000, Adv. Complex Syst. 3, 87"
FRIEDKIN = "Friedkin & Johnsen 1990, J. Math. Sociology 15, 193; range in experiments 0.5 to 0.9"
HEGSELMANN = "Hegselmann & Krause 2002, J. Artif. Soc. Soc. Simul. 5(3), 2"
JAGER = "Jager & Amblard 2005, Comput. Math. Organ. Theory 10, 295 (model); value ours"
SIRBU = "Sirbu et al. 2019, PLoS ONE 14, e0213246"
UNIT = "opinion, [0, 1]"

Contacts = Literal["feed", "follows", "everyone"]


def _contacts(default: str) -> Any:
    return Field(
        default=default,
        description="Who influences a user: authors of the posts read, those followed, or anybody (the last two as "
        "published).",
    )


def _rate() -> Any:
    return setting(
        1.0, "Mean number of meetings that an active user starts; in a feed every post that is read is one.", ge=0,
        le=20, unit="meetings per active step",
    )  # fmt: skip


class BaumannOpinions(Part):
    """Echo-chamber dynamics of Baumann et al. 2020: dx/dt = -x + K * sum tanh(alpha * x_j) over contacts.

    Opinions are unbounded; the mind declares how they are shown in [-1, 1].
    """

    kind: Literal["baumann"] = "baumann"
    alpha: float = setting(
        3.0, "Controversialness of the topics.", ge=0, le=20, unit="1 / opinion", source=BAUMANN
    )
    beta: float = setting(
        3.0, "Homophily: contact probability falls with opinion distance to the power -beta.", ge=0, le=10,
        source=BAUMANN,
    )  # fmt: skip
    K: float = setting(
        3.0, "Strength of social influence.", ge=0, le=20, unit="opinion / time", source=BAUMANN
    )
    m: int = setting(
        10, "Attention slots: posts of others that move an active user's opinion per step.", ge=1, le=100,
        unit="posts per activation", source=BAUMANN,
    )  # fmt: skip
    overlap: float = setting(
        0.0, "How much a post on one topic also speaks about every other: 0 separate topics, 1 one ideology.", ge=0,
        le=1, source="Baumann et al. 2021, Phys. Rev. X 11, 011012: cosine between topics",
    )  # fmt: skip
    reach: float = setting(
        0.3, "Attention fades when the nearest opinion in the feed is further away than this.", gt=0, le=100,
        unit="opinion", source="ours: below about 0.5 camps last, above one absorbs the other",
    )  # fmt: skip
    dt: float = setting(0.05, "Model time that one step stands for.", gt=0, le=1, unit="time")
    noise: float = setting(
        0.0, "Standard deviation of random opinion change, before scaling by the root of dt.", ge=0, le=10,
        unit="opinion",
    )  # fmt: skip
    contacts: Contacts = _contacts("feed")
    reciprocity: float = setting(
        0.5, "Chance that whoever addresses people is moved in turn; a post moves its reader alone.", ge=0, le=1,
        source=BAUMANN,
    )  # fmt: skip


class DeGrootOpinions(Part):
    """Learning by averaging: everybody takes the mean of the own opinion and those of all contacts.

    Source: DeGroot 1974, J. Amer. Statist. Assoc. 69, 118. Opinions in [-1, 1].
    """

    kind: Literal["degroot"] = "degroot"
    own: float = setting(1.0, "Weight of the own opinion, where a contact has 1.", ge=0, le=1000)
    contacts: Contacts = _contacts("feed")


class FriedkinJohnsenOpinions(Part):
    """Averaging with a memory: x <- susceptibility * mean of contacts + (1 - susceptibility) * first opinion.

    Source: Friedkin & Johnsen 1990, J. Math. Sociology 15, 193. Opinions in [-1, 1].
    """

    kind: Literal["friedkin_johnsen"] = "friedkin_johnsen"
    susceptibility: float | None = Field(
        default=0.8, ge=0, le=1,
        description="Weight of others; empty means d / (d + 1) for a user who follows d.",
        json_schema_extra={"source": FRIEDKIN},
    )  # fmt: skip
    own: float = setting(
        0.0, "Weight of the present opinion in the mean, where a contact has 1.", ge=0, le=1000
    )
    contacts: Contacts = _contacts("feed")


class DeffuantOpinions(Part):
    """Bounded confidence, pair by pair: two who differ by less than epsilon move towards each other.

    Source: Deffuant et al. 2000, Adv. Complex Syst. 3, 87. Opinions in [0, 1].
    """

    kind: Literal["deffuant"] = "deffuant"
    epsilon: float = setting(
        0.2,
        "Bound of confidence; large camps number about 1 / (2 epsilon).",
        ge=0,
        le=1,
        unit=UNIT,
        source=DEFFUANT,
    )
    mu: float = setting(0.5, "Share of the distance that each moves.", ge=0, le=0.5, source=DEFFUANT)
    rate: float = _rate()
    contacts: Contacts = _contacts("feed")


class HegselmannKrauseOpinions(Part):
    """Bounded confidence, all at once: everybody takes the mean of all contacts within epsilon.

    Source: Hegselmann & Krause 2002, J. Artif. Soc. Soc. Simul. 5(3), 2. Opinions in [0, 1].
    """

    kind: Literal["hegselmann_krause"] = "hegselmann_krause"
    epsilon: float = setting(0.2, "Bound of confidence.", ge=0, le=1, unit=UNIT, source=HEGSELMANN)
    contacts: Contacts = _contacts("feed")


class VoterOpinions(Part):
    """The voter model: now and then a user takes over the opinion of a random contact.

    Source: Clifford & Sudbury 1973, Biometrika 60, 581. Opinions in [-1, 1].
    """

    kind: Literal["voter"] = "voter"
    rate: float = _rate()
    contacts: Contacts = _contacts("follows")


class SocialJudgementOpinions(Part):
    """Assimilation and contrast: the near attract, the far repel, in between nothing happens.

    Source: Jager & Amblard 2005, Comput. Math. Organ. Theory 10, 295. Opinions in [0, 1].
    """

    kind: Literal["social_judgement"] = "social_judgement"
    accept: float = setting(
        0.2, "Distance below which two attract each other.", ge=0, le=2, unit=UNIT, source=JAGER
    )
    reject: float = setting(
        0.6,
        "Distance above which two repel each other; above 1 nobody does.",
        ge=0,
        le=2,
        unit=UNIT,
        source=JAGER,
    )
    mu: float = setting(0.3, "Share of the distance that each moves.", ge=0, le=0.5, source=JAGER)
    rate: float = _rate()
    contacts: Contacts = _contacts("feed")


class AlgorithmicBiasOpinions(Part):
    """Bounded confidence under a platform that pairs the like-minded.

    Source: Sirbu et al. 2019, PLoS ONE 14, e0213246. Opinions in [0, 1].
    """

    kind: Literal["algorithmic_bias"] = "algorithmic_bias"
    gamma: float = setting(
        1.0, "Bias: a contact is chosen in proportion to distance to the power -gamma; 0 is Deffuant's model.", ge=0,
        le=10, source=SIRBU,
    )  # fmt: skip
    epsilon: float = setting(0.3, "Bound of confidence.", ge=0, le=1, unit=UNIT, source=SIRBU)
    mu: float = setting(0.5, "Share of the distance that each moves.", ge=0, le=0.5, source=SIRBU)
    rate: float = _rate()
    contacts: Contacts = _contacts("feed")


class ConstantMind(Part):
    """Opinions never change."""

    kind: Literal["none"] = "none"


OpinionModel = Annotated[
    BaumannOpinions
    | DeGrootOpinions
    | FriedkinJohnsenOpinions
    | DeffuantOpinions
    | HegselmannKrauseOpinions
    | VoterOpinions
    | SocialJudgementOpinions
    | AlgorithmicBiasOpinions
    | ConstantMind,
    Field(discriminator="kind"),
]
