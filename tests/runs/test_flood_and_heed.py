"""Accounts that were taken over flood the feed; readers heed a note as much as the scenario says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from simapp.engine.core.streams import Streams
from simapp.engine.interventions import Intervention
from simapp.fidelity.gallery import reach_of_first
from simapp.fidelity.worlds import Kept, assemble
from simapp.runs.flooding import spelled_out
from simapp.scenarios.document import load_scenario
from simapp.scenarios.problems import ScenarioInvalid

FLOOD = {"kind": "flood", "at": 3, "until": 5, "accounts": 4, "posts": 6, "text": "Read this.", "topic": "housing"}


def document(*interventions: dict[str, Any], **minds: Any) -> dict[str, Any]:
    return {
        "title": "Small town", "topics": ["housing", "work"],
        "population": {"users": 60, "activity": {"minimum": 0.6}},
        "network": {"kind": "watts_strogatz", "mean_followees": 8},
        "minds": {"opinion": {"kind": "none"}, **minds},
        "interventions": list(interventions), "clock": {"steps": 30},
    }  # fmt: skip


def test_the_accounts_of_a_flood_are_drawn_once_and_take_turns() -> None:
    settings = {"until": 5, "accounts": 4, "posts": 6, "text": "Read this.", "topic": 0, "stance": None, "appeal": 0.1}
    flood, other = Intervention("flood", 3, settings), Intervention("switch_feed", 1, {"preset": "random"})
    plan = spelled_out([other, flood], 60, Streams(7))
    assert plan[0] == other
    assert Counter(change.at for change in plan[1:]) == {3: 6, 4: 6, 5: 6}
    turns = Counter(change.settings["author"] for change in plan[1:])
    assert sorted(turns.values()) == [4, 4, 5, 5]
    assert spelled_out([flood], 60, Streams(7)) == plan[1:], "what else is planned shifts nothing"
    assert spelled_out([flood], 60, Streams(8)) != plan[1:]


def test_a_flood_is_published_step_by_step_and_ends() -> None:
    simulation = assemble(document(FLOOD), 7, sink=(kept := Kept(everything=True)))
    for _ in range(7):
        simulation.step()
    said = {record.step: sum(1 for _, text in record.texts if text == "Read this.") for record in kept.records}
    assert said[3] == 1, "the text is stored once"
    text = simulation.world.texts.add("Read this.")
    posts = {record.step: int((record.posts.text == text).sum()) for record in kept.records}
    assert [posts[step] for step in range(1, 8)] == [0, 0, 6, 6, 6, 0, 0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"until": 2}, r"interventions.0.until is 2; it must be a step from 3 \(at\) on."),
        ({"posts": 1000, "until": 99}, "interventions.0.posts is 1000; it must be at most 515"),
        ({"accounts": 61}, "interventions.0.accounts is 61; it must be at most 60, the number of users."),
        ({"topic": "climate"}, "interventions.0.topic"),
    ],
)
def test_a_flood_that_cannot_be_is_refused_in_one_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioInvalid, match=sentence):
        load_scenario(document({**FLOOD, **changed}))


@pytest.mark.parametrize(("heed", "stops"), [(0.0, False), (1.0, True)])
def test_readers_who_heed_notes_no_longer_repost_what_carries_one(heed: float, stops: bool) -> None:
    rumour = {"kind": "inject_post", "at": 1, "author": 5, "text": "News!", "topic": "work", "appeal": 0.5}
    note = {"kind": "note_post", "at": 2, "post": 1, "text": "Not so."}
    simulation: Any = assemble(document(rumour, note, heed=heed, rates={"quote": 0.0}), 7)
    count = reach_of_first()
    shared = [count(simulation.step()) for _ in range(12)][-1]
    assert (shared == 0) is stops
