"""Feeds by name, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from recommender import folders
from recommender.pipeline import Pipeline
from recommender.recipe import Recipe, Use
from recommender.registry import build_feed, preset_names, preset_parameters
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from tests.recommender.worlds import CODES, busy


def test_an_unknown_feed_is_refused_with_the_known_ones():
    known = "chronological, interest, popularity-lottery, reddit-hot"
    with pytest.raises(WrongInput, match=rf"'chronologic' .* known: {known}"):
        build_feed("chronologic")


@pytest.mark.parametrize("name", ["__init__", "../registry", "", "hot;rm", "reddit_hot"])
def test_a_name_that_is_no_file_of_ours_is_refused(name):
    with pytest.raises(WrongInput):
        build_feed(name)


def test_an_unknown_parameter_is_refused_with_the_accepted_ones_and_their_ranges():
    with pytest.raises(WrongInput) as refused:
        build_feed("chronological", {"per_autor": 2})
    said = str(refused.value)
    assert "feed.params.per_autor" in said
    assert "per_author (a whole number from 1 to 50)" in said
    assert "explore (a number from 0 to 1)" in said
    assert "Did you mean per_author?" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("per_author", value) for value in (0, 51, 2.5, float("nan"), True)),
        *(("explore", value) for value in (-0.1, 1.1, float("inf"), "half", None)),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_would_be_accepted(name, value):
    with pytest.raises(WrongInput, match=rf"feed.params.{name} is .*; it must be a .*number from"):
        build_feed("chronological", {name: value})


def test_a_feed_that_learns_needs_the_codes_of_actions():
    with pytest.raises(ValueError, match="needs their codes"):
        build_feed("interest")


def test_given_parameters_reach_their_parts():
    feed = build_feed("chronological", {"per_author": 7, "explore": 0.5})
    sources = {use.part: dict(use.params) for use in feed.recipe.sources}
    assert sources["followed"] == {"per_author": 7.0}
    assert sources["explore"] == {"explore": 0.5, "explore_hours": 24.0}


def test_every_feed_accepts_the_share_for_strangers():
    for name in preset_names():
        assert "explore" in {p.name for p in preset_parameters(name)}


def test_a_recipe_is_plain_data():
    document = build_feed("reddit-hot").recipe.document()
    assert document["name"] == "reddit-hot"
    assert [use["part"] for use in document["sources"]] == ["trending", "followed", "explore"]
    assert document["filters"][0]["part"] == "comments"


def test_the_encoder_is_recorded_only_where_texts_are_read():
    assert build_feed("chronological").encoder is None
    assert "minilm" in str(build_feed("interest", codes=CODES).encoder)


def test_two_reserved_sources_or_weights_in_a_product_make_no_pipeline():
    with pytest.raises(ValueError, match="reserved"):
        Pipeline(Recipe("x", (Use("explore"), Use("explore")), (Use("newness"),)))
    with pytest.raises(ValueError, match="weights"):
        Pipeline(Recipe("x", (Use("followed"),), (Use("fame", weight=2.0),), combine="product"))


def test_names_are_listed_and_feeds_built_without_loading_a_model():
    code = (
        "import sys; from recommender.registry import *; "
        "[build_feed(n, codes={'like_post': 1}) for n in preset_names()]; "
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'django'}; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_kind_of_part_is_an_error_of_ours():
    with pytest.raises(KeyError, match="known: sources"):
        folders.names("gizmos")


def test_parts_are_listed_by_their_files():
    assert folders.names("sources") == ("explore", "followed", "recent", "trending")
    assert np.all(
        [name in folders.names("filters") for name in ("own", "seen", "muted", "removed", "expired")]
    )


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Pretend that a package with these entry points is installed."""

    def install(*entries: str) -> None:
        (tmp_path / "outside_feed.py").write_text(
            "from recommender.scorers.newness import Here as Base\n"
            "class Oldness(Base):\n"
            "    '''The oldest first.'''\n"
            "    name = 'oldness'\n"
            "    def of_posts(self, turn):\n"
            "        return -super().of_posts(turn)\n"
        )
        info = tmp_path / "outside_feed-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-feed\nVersion: 1\n")
        (info / "entry_points.txt").write_text("\n".join(["[simapp.recommenders]", *entries]))
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


def test_an_outside_package_joins_by_an_entry_point(installed):
    installed("scorers.oldness = outside_feed:Oldness")
    assert "oldness" in folders.names("scorers")
    world = busy()
    feed = Pipeline(Recipe("x", (Use("followed"),), (Use("oldness"),)))
    batch = feed.rank(world, np.array([3], np.int32), 10, Streams(7), Workers())
    steps = world.posts.step[batch.posts[0][batch.posts[0] >= 0]]
    assert (np.diff(steps) >= 0).all()


def test_an_outside_part_cannot_take_a_known_name(installed):
    installed("scorers.hot = outside_feed:Oldness")
    with pytest.raises(RuntimeError, match="two scorers of feeds are called 'hot'"):
        folders.names("scorers")


def test_an_entry_point_of_no_kind_is_named(installed):
    installed("oldness = outside_feed:Oldness")
    with pytest.raises(RuntimeError, match=r"'oldness' is not KIND\.NAME"):
        folders.names("scorers")
