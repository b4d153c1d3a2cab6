"""Personas in a model's words."""

from __future__ import annotations

import json

import numpy as np

from agents.personas.written import SHARED, persona_questions, write_personas
from simapp.engine.core.population import ProfileRow
from simapp.engine.core.streams import Streams
from tests.agents.archetypes.askers import Said

ROWS = [
    ProfileRow(f"u{i}", f"User {i}", persona=f"User {i}, 30, baker in Ambervale. Country: UK.")
    for i in range(40)
]


def post(text: str) -> str:
    return json.dumps({"do": [{"act": "create_post", "text": text, "topic": "", "stance": 0}]})


def test_a_model_is_asked_for_words_about_drawn_facts_only() -> None:
    asked = persona_questions(ROWS, np.arange(100, 140), Streams(1))
    assert [q.user for q in asked] == list(range(100, 140))
    assert {q.shared for q in asked} == {SHARED}
    assert all(row.persona in q.own for row, q in zip(ROWS, asked, strict=True))
    assert {q.options[0] for q in asked} == {"create_post", "do_nothing"}
    assert asked[7:] == persona_questions(ROWS[7:], np.arange(107, 140), Streams(1))


def test_what_it_says_becomes_the_persona_within_the_limit() -> None:
    written = write_personas(
        ROWS, np.arange(40), Said(lambda q: post(f"A baker,\nthirty. {'Kneads. ' * 60}")), "m", Streams(1)
    )
    assert written.kept == 0
    assert all(p.startswith("A baker, thirty. Kneads.") and len(p) <= 240 for p in written.personas)


def test_where_it_says_nothing_the_drawn_words_stay_and_are_counted() -> None:
    def some(question):
        return {0: None, 1: "no", 2: '{"do":[]}'}.get(question.user, post("Bakes."))

    written = write_personas(ROWS, np.arange(40), Said(some), "m", Streams(1))
    assert written.kept == 3
    assert written.personas[:4] == [row.persona for row in ROWS[:3]] + ["Bakes."]
