"""What `newplugin` writes: for each kind of plugin one file that works, and one test that passes.

$name: the registered name; $file: the file's name without ending; $label: a title; $code: the next free action code.
"""

from __future__ import annotations

from dataclasses import dataclass

from simapp.management.plugin_feeds import (
    FEED_TEST,
    FILTER,
    HEAD,
    PRESET,
    PRESET_TEST,
    RERANKER,
    SCORER,
    SOURCE,
)


@dataclass(frozen=True)
class Template:
    """folder: where the file belongs; tests: where its test does; then both texts. hyphens: whether names have hyphens.

    more: what else has to be done, "" for nothing.
    """

    folder: str
    tests: str
    text: str
    test: str
    hyphens: bool = True
    more: str = ""


_METRIC = (
    HEAD
    + '''from typing import TYPE_CHECKING

from simapp.metrics.base import Metric, point

if TYPE_CHECKING:
    from simapp.engine.record import MetricPoint
    from simapp.metrics.view import View


class Here(Metric):
    """Say in one sentence what it tells."""

    name, label, group = "$name", "$label", "activity"
    formula = "users who wrote, of all events of the step: write the formula here"
    range = (0.0, None)
    direction = "0 nothing happened, high much did"
    edge_cases = "0 in a step without events"
    null = "none"
    reference = "definition"
    cost = "O(e)"

    def compute(self, view: View) -> MetricPoint:
        return point(float(view.tally.done.sum()))
'''
)

_METRIC_TEST = (
    HEAD
    + '''from simapp.metrics.registry import metric_named


def test_it_says_what_it_is():
    metric = metric_named("$name")
    assert metric.label
    assert metric.formula
'''
)

_MIND = (
    HEAD
    + '''import numpy as np

from simapp.engine.core.batches import TIERS, ActionBatch, DecisionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


class Here:
    """Say here how it decides, and where that was published. This one does nothing."""

    name = "$name"

    def __init__(self, codes: dict[str, int]) -> None:
        self.codes = codes

    def decide(self, world: World, feed: FeedBatch, streams: Streams, workers: Workers) -> DecisionBatch:
        """Return what feed.viewers do, in canonical order; draws are named by what they are for."""
        batch = ActionBatch.empty(len(feed))
        batch.actor[:], batch.code[:] = feed.viewers, self.codes["do_nothing"]
        return DecisionBatch(batch, np.full(len(batch), TIERS.index("rules"), np.uint8))

    def remember(
        self, world: World, feed: FeedBatch, decisions: DecisionBatch, streams: Streams, workers: Workers
    ) -> None:
        """Update opinions and memory from what was read."""
'''
)

_MIND_TEST = (
    HEAD
    + '''import numpy as np

from agents.minds.$file import Here
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import feed_of, found, write


def test_everybody_who_is_active_decides():
    world = found(3, texts=["words"])
    write(world, 2)
    decided = Here({"do_nothing": 13}).decide(world, feed_of([[0], [0]]), Streams(1), Workers())
    assert decided.actions.actor.tolist() == [0, 1]
    assert np.all(decided.actions.code == 13)
'''
)

_ACTION = (
    HEAD
    + '''import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.base import Action, Done
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


class Here(Action):
    """Say here, to whoever may take it, what the action does. This one changes nothing."""

    name, code, label, order = "$name", $code, "$label", 90

    def check(self, world: World, batch: ActionBatch) -> NDArray[np.uint8]:
        return np.zeros(len(batch), np.uint8)

    def apply(self, world: World, batch: ActionBatch) -> Done:
        return Done(np.full(len(batch), -1, np.int64))
'''
)

_ACTION_TEST = (
    HEAD
    + '''from simapp.engine.actions.registry import action_named
from simapp.engine.core.batches import ActionBatch
from tests.recommender.worlds import found


def test_it_is_registered_and_takes_empty_batches():
    action = action_named("$name")
    assert action.code == $code
    assert len(action.apply(found(), ActionBatch.empty()).post) == 0
'''
)

TEMPLATES = {
    "source": Template("recommender/sources", "tests/recommender", SOURCE, FEED_TEST.replace("$kinds", "sources")),
    "filter": Template("recommender/filters", "tests/recommender", FILTER, FEED_TEST.replace("$kinds", "filters")),
    "scorer": Template("recommender/scorers", "tests/recommender", SCORER, FEED_TEST.replace("$kinds", "scorers")),
    "reranker": Template(
        "recommender/rerankers", "tests/recommender", RERANKER, FEED_TEST.replace("$kinds", "rerankers")
    ),
    "preset": Template(
        "recommender/presets",
        "tests/recommender",
        PRESET,
        PRESET_TEST,
        more="Add it to FEED_PRESETS in simapp/scenarios/names.py, then print the schema anew: manage.py schema.",
    ),
    "action": Template(
        "simapp/engine/actions",
        "tests/engine",
        _ACTION,
        _ACTION_TEST,
        hyphens=False,
        more="Add it to ACTIONS in simapp/scenarios/names.py, then print the schema anew: manage.py schema.",
    ),
    "mind": Template("agents/minds", "tests/agents", _MIND, _MIND_TEST, hyphens=False),
    "metric": Template("simapp/metrics", "tests/metrics", _METRIC, _METRIC_TEST, hyphens=False),
}
