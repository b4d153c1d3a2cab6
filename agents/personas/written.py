"""Personas in a model's words: attributes were drawn first, the model only puts them into a sentence.

A model that invents people invents too few kinds of them (see the project's validity notes, 6), so nothing is left to
it but the wording. Where it abstains, or says nothing usable, the template's words stay, and that is counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.answers import read_answer
from agents.asking import Asked, Asker, Question
from simapp.engine.core.population import ProfileRow
from simapp.engine.core.shortened import MAX_PERSONA, shortened
from simapp.engine.core.streams import Streams

SHARED = f"""\
You describe one user of a social network in the third person, in one or two sentences of at most {MAX_PERSONA} \
characters. Keep every given fact and add none that contradicts it. Do not guess opinions.
Reply with one JSON object and nothing else, the description as text: {{"do":[{{"act":"create_post","text":"..."}}]}}
"""
_OWN = "Facts: {facts}\nPossible acts: {options}."
_ACT = "create_post"
TEMPLATE = hashlib.sha256("\x1f".join((SHARED, _OWN)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Written:
    """Personas of some users, in their order; `kept`: of how many the template's words stayed."""

    personas: list[str]
    kept: int


def persona_questions(
    rows: Sequence[ProfileRow], users: NDArray[np.int64], streams: Streams
) -> list[Question]:
    """Return one question for each of the profiles of `users`."""
    seeds = streams.bits("persona/model", user=users)
    turned = streams.uniform("persona/options", user=users) < 0.5
    asked = []
    for user, seed, turn, row in zip(users.tolist(), seeds.tolist(), turned.tolist(), rows, strict=True):
        options = ("do_nothing", _ACT) if turn else (_ACT, "do_nothing")
        own = _OWN.format(facts=" ".join(row.persona.split()), options=", ".join(options))
        asked.append(Question(user, SHARED, own, options, 0, (), (), seed >> 1, TEMPLATE))
    return asked


def write_personas(
    rows: Sequence[ProfileRow],
    users: NDArray[np.int64],
    asker: Asker,
    model: str,
    streams: Streams,
    tier: str = "endpoint",
) -> Written:
    """Ask for the personas of `users`, who have these profiles, as questions of step 0."""
    questions = persona_questions(rows, users, streams)
    replies = asker.ask(0, [Asked(question, tier, model, "persona") for question in questions])
    personas, kept = [], 0
    for row, question, reply in zip(rows, questions, replies, strict=True):
        deeds = read_answer(reply.text, question).deeds if reply.outcome == "answered" else ()
        said = next((" ".join(deed.text.split()) for deed in deeds if deed.action == _ACT), "")
        kept += not said
        personas.append(shortened(said or row.persona, MAX_PERSONA))
    return Written(personas, kept)
