"""What `newplugin` writes for feeds: parts and presets, each with a test that passes."""

from __future__ import annotations

HEAD = '"""$label."""\n\nfrom __future__ import annotations\n\n'

FEED_TEST = (
    HEAD
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

SOURCE = (
    HEAD
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

FILTER = (
    HEAD
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

SCORER = (
    HEAD
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

RERANKER = (
    HEAD
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

PRESET = (
    HEAD
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

PRESET_TEST = (
    HEAD
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
