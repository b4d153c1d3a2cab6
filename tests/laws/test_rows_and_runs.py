"""Of a real run: the rows in the database, the world in memory and a repetition from the inputs are one."""

from __future__ import annotations

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.retell import Contradiction
from simapp.models import Run, RunEvent, RunFile
from simapp.runs import past
from simapp.runs.assemble import Parts
from simapp.runs.past_world import world_at
from simapp.runs.people import people_of
from simapp.scenarios.document import load_scenario
from simapp.store.files import run_folder
from tests.laws.histories import Kept, differences, dump
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

# What only minds and feeds know is in no row.
MINDS = ("world/users/opinions", "world/extra")
SHORT = ("platform.hot_window_hours=3", "feed.seen_memory=7", "feed.preset=chronological")
SWITCH = 'interventions=[{"kind": "switch_feed", "at": 4, "preset": "reddit-hot", "params": {}}]'


def repeated(run: Run) -> list[dict[str, object]]:
    """The world after each step, from scenario, seed and inputs alone."""
    scenario = load_scenario(run.scenario_version.document)
    parts, kept = Parts(scenario, Streams(run.seed), Workers(1)), Kept(dump)
    people = people_of(scenario, parts.streams)
    simulation = parts.simulation(parts.found_world(people), kept)
    simulation.found(parts.seeds(simulation.world, people.seed_posts))
    for step in range(1, run.step + 1):
        simulation.step(past.inputs_at(run.pk, step))
    return kept.seen


@pytest.mark.parametrize(
    ("slug", "changes"),
    [("rumour", (SWITCH,)), ("first-vote", ()), ("echo-chambers", SHORT)],
)
def test_the_rows_of_any_step_are_the_world_that_the_inputs_lead_to(slug: str, changes: tuple[str, ...]) -> None:
    run = finish(make(busy(slug, *changes), steps=9))
    worlds = repeated(run)
    for step in (0, 1, 4, 6, 9):
        assert differences(dump(world_at(run, step)), worlds[step], *MINDS) == [], step
    for file in RunFile.objects.filter(run_id=run.pk, kind="snapshot"):
        (run_folder(run.pk) / file.name).unlink()
    for step in (0, 7, 9):
        assert differences(dump(world_at(run, step)), worlds[step], *MINDS) == [], step


def test_a_step_that_was_not_committed_has_no_world() -> None:
    run = finish(make(steps=2))
    for step in (-1, 3):
        with pytest.raises(WrongInput, match=f"run {run.pk} has no step {step}"):
            world_at(run, step)


def test_a_row_that_was_lost_is_noticed() -> None:
    run = finish(make(steps=3))
    RunFile.objects.filter(run_id=run.pk, kind="snapshot").delete()
    RunEvent.objects.filter(run_id=run.pk, step=2, outcome=0, code=1).delete()
    with pytest.raises(Contradiction, match="step 2 write other posts"):
        world_at(run, 3)
