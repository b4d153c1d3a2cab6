"""What `newplugin` writes: for each kind of plugin one file that works, and one test that passes.

$name: the registered name; $file: the file's name without ending; $label: a title; $code: the next free action code.
"""

from __future__ import annotations

from dataclasses import dataclass

_HEAD = '"""$label."""\n\nfrom __future__ import annotations\n\n'
_TEST = '"""$label."""\n\nfrom __future__ import annotations\n\n'


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


_FEED_TEST = (
    _TEST
    + '''import numpy as np

from recommender.custom import recipe_from
from recommender.pipeline import Pipeline
from recommender.parts import Supplies
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import CODES, busy


def test_a_feed_with_it_shows_posts_and_does_not_hang_on_batches():
    document = {
        "sources": [{"part": "recent"}], "filters": [], "scorers": [{"part": "newness"}], "rerankers": [],
    }  # fmt: skip
    document["$kinds"] = [{"part": "$name"}]
    feed, world, everybody = Pipeline(recipe_from(document), Supplies(CODES)), busy(), np.arange(60, dtype=np.int32)
    feed.prepare(world)
    whole = feed.rank(world, everybody, 5, Streams(1), Workers())
    parts = feed.rank(world, everybody, 5, Streams(1), Workers(2, 7))
    np.testing.assert_array_equal(whole.posts, parts.posts)
    assert (whole.posts[:, 0] >= 0).any()
'''
)

_SOURCE = (
    _HEAD
    + '''import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parts import Source


class Here(Source):
    """Offers every viewer the same posts: say here which, and after whom."""

    name = "$name"
    label = "$label"
    help = "Say in one sentence which posts it offers."
    shared = True

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        return turn.board.originals()

    def width(self, turn: Turn) -> float:
        return float(turn.board.shown.shape[0])
'''
)

_FILTER = (
    _HEAD
    + '''import numpy as np
from numpy.typing import NDArray

from recommender.board import Board
from recommender.parts import PostFilter
from simapp.engine.core.world import World


class Here(PostFilter):
    """Takes out posts that nobody may be shown: say here which."""

    name = "$name"
    label = "$label"
    help = "Say in one sentence what it takes out."

    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        return np.ones(len(world.posts), np.bool_)
'''
)

_SCORER = (
    _HEAD
    + '''import numpy as np
from numpy.typing import NDArray

from recommender.board import Turn
from recommender.parameters import Parameter
from recommender.parts import PostScorer


class Here(PostScorer):
    """A feature of a post, the same for every viewer: write its formula here, its range, and where it was published."""

    name = "$name"
    label = "$label"
    help = "Say in one sentence what a high value means."
    parameters = (
        Parameter("scale", "Scale", "Say what it does.", default=1, low=0, high=100),
    )

    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        row = np.maximum(turn.board.original, 0)  # a repost counts as what it shows
        return self.params["scale"] * turn.world.posts.likes[row].astype(np.float64)
'''
)

_RERANKER = (
    _HEAD
    + '''import numpy as np

from recommender.board import Turn
from recommender.lists import reordered
from recommender.parts import Reranker
from simapp.engine.core.batches import FeedBatch


class Here(Reranker):
    """Gives the posts of every list new scores: say here which, and where that was published."""

    name = "$name"
    label = "$label"
    help = "Say in one sentence what it moves up or down."

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        return reordered(feed, feed.scores.astype(np.float64))
'''
)

_PRESET = (
    _HEAD
    + '''from collections.abc import Mapping

from recommender.preset import Preset, settings_of, use
from recommender.recipe import Recipe, Use


class Here(Preset):
    """Say here what it stands for."""

    name = "$name"
    label = "$label"
    help = "Say in one sentence what comes first."
    source = "Say where it was published."
    parameters = settings_of(("sources", "trending"), ("sources", "followed"), ("sources", "explore"), explore=0.0)

    @classmethod
    def recipe(cls, params: Mapping[str, float]) -> Recipe:
        sources = tuple(use("sources", name, params) for name in ("trending", "followed", "explore"))
        return Recipe(cls.name, sources, (Use("popularity"),))
'''
)

_PRESET_TEST = (
    _TEST
    + '''import numpy as np

from recommender.registry import build_feed
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import CODES, busy


def test_everybody_is_shown_something():
    feed = build_feed("$name", codes=CODES)
    batch = feed.rank(busy(), np.arange(60, dtype=np.int32), 5, Streams(1), Workers())
    assert (batch.posts[:, 0] >= 0).all()
'''
)

_METRIC = (
    _HEAD
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
    _TEST
    + '''from simapp.metrics.registry import metric_named


def test_it_says_what_it_is():
    metric = metric_named("$name")
    assert metric.label
    assert metric.formula
'''
)

_MIND = (
    _HEAD
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
    _TEST
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
    _HEAD
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
    _TEST
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
    "source": Template("recommender/sources", "tests/recommender", _SOURCE, _FEED_TEST.replace("$kinds", "sources")),
    "filter": Template("recommender/filters", "tests/recommender", _FILTER, _FEED_TEST.replace("$kinds", "filters")),
    "scorer": Template("recommender/scorers", "tests/recommender", _SCORER, _FEED_TEST.replace("$kinds", "scorers")),
    "reranker": Template(
        "recommender/rerankers", "tests/recommender", _RERANKER, _FEED_TEST.replace("$kinds", "rerankers")
    ),
    "preset": Template(
        "recommender/presets",
        "tests/recommender",
        _PRESET,
        _PRESET_TEST,
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
