"""What every registered metric promises, whoever wrote it."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp import metrics
from simapp.engine.core import ids
from simapp.engine.core.batches import EventBatch
from simapp.engine.core.posts import QUOTE, REPOST, Posts
from simapp.engine.record import MetricPoint
from simapp.metrics import registry
from simapp.metrics.base import GROUPS, Metric
from simapp.metrics.files import Files
from simapp.metrics.reading import RULES
from tests.metrics.views import CODES, events_of, share, view_of, votes_of, write

if TYPE_CHECKING:
    from simapp.metrics.view import View

# Computed by their function of arrays alone: what they need is in no file and no step.
BY_ARRAYS: set[str] = set()
ROOT = Path(__file__).resolve().parents[2]
ALL = list(registry.all_metrics().values())
LIVE = [metric for metric in ALL if metric.live]
every_metric = pytest.mark.parametrize("metric", ALL, ids=lambda m: m.name)
every_live_metric = pytest.mark.parametrize("metric", LIVE, ids=lambda m: m.name)


@st.composite
def views(draw: st.DrawFn) -> View:
    """Worlds of up to 12 users, with or without follows, posts, cascades, first votes and events."""
    n = draw(st.integers(0, 12))
    topics = draw(st.integers(0, 2))
    x = draw(
        st.lists(
            st.sampled_from([-1.0, -0.3, 0.0, 1e-30, 0.3, 1.0]), min_size=n * topics, max_size=n * topics
        )
    )
    user = st.integers(0, max(n - 1, 0))
    edges = draw(st.sets(st.tuples(user, user), max_size=30)) if n else set()
    posts = Posts(capacity=2)
    if n:
        authors = draw(st.lists(user, max_size=5))
        count = len(authors)
        small = st.lists(st.integers(0, 3), min_size=count, max_size=count)
        arms = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=count, max_size=count))
        write(posts, author=authors, arm=arms, likes=draw(small), dislikes=draw(small), removed=draw(small))
        for _ in range(draw(st.integers(0, 6)) if authors else 0):
            root = draw(st.integers(0, count - 1))
            tree = [s for s in range(posts.end) if posts.root[s] == root]
            kind = draw(st.sampled_from([REPOST, QUOTE]))
            share(posts, root, [draw(st.sampled_from(tree))], [draw(user)], kind=kind)
        posts.evict_before(draw(st.integers(0, count)))
    actions = st.tuples(user, st.sampled_from(sorted(CODES)), st.integers(0, 10))
    events = events_of(*draw(st.lists(actions, max_size=10)))
    written_by = draw(st.lists(user, min_size=len(events), max_size=len(events)))
    events.post[:] = ids.post_key(written_by, 1, 0)
    serial = st.integers(0, max(posts.end - 1, 0))
    lists = [draw(st.lists(serial, max_size=4)) for _ in range(n)] if posts.end else []
    return view_of(
        np.asarray(x, np.float32).reshape(n, topics), sorted(edges), posts, events, list(enumerate(lists))
    )


@settings(deadline=None, max_examples=200)
@given(view=views())
def test_a_metric_is_a_number_in_its_range_or_missing(view: View) -> None:
    for metric in LIVE:
        point = metric.compute(view)
        assert isinstance(point, MetricPoint), metric.name
        lowest, highest = metric.range
        for number in (point.value, point.null):
            assert number is None or (type(number) is float and math.isfinite(number)), metric.name
        if point.value is not None:
            assert lowest is None or point.value >= lowest, metric.name
            assert highest is None or point.value <= highest, metric.name


@every_live_metric
def test_a_metric_can_be_computed_of_an_empty_world(metric: Metric) -> None:
    point = metric.compute(view_of([]))
    assert point.value is None or point.value == 0.0


@every_live_metric
def test_a_metric_does_not_depend_on_what_was_measured_before(metric: Metric) -> None:
    def view() -> View:
        posts = Posts()
        write(posts, author=[0, 1, 2], arm=[1, 0, -1], likes=[3, 1, 0])
        share(posts, 0, [0, 0], [1, 2])
        events = [events_of((0, "create_post", 0), (1, "repost", 0), (2, "like_post", 3))]
        events.append(votes_of((0, "like_post", 1), (0, "dislike_post", 2)))
        edges = [(0, 1), (1, 2), (2, 3), (3, 2), (0, 3)]
        feed = [(0, [1, 2]), (1, [0, 2]), (2, [3, 1]), (3, [2])]
        return view_of([0.9, 0.4, -0.2, -0.8], edges, posts, EventBatch.join(events), feed)

    shared = view()
    for other in LIVE:
        other.compute(shared)
    point = metric.compute(shared)
    assert point == metric.compute(view())
    assert point.value is not None, "a world with everything in it has every metric"


@every_metric
def test_a_metric_can_be_had_somewhere(metric: Metric) -> None:
    assert metric.live or metric.reads or metric.asked_by or metric.name in BY_ARRAYS
    assert metric.live or not metric.usual
    if not metric.live:
        with pytest.raises(TypeError, match="computed on demand"):
            metric.compute(view_of([]))
    if not metric.reads:
        with pytest.raises(TypeError, match="cannot be computed of files"):
            metric.score(Files())


@every_metric
def test_the_file_of_a_metric_bears_its_name(metric: Metric) -> None:
    if metric.name in registry.built_in():
        assert type(metric).__name__ == "Here"
        assert type(metric).__module__ == f"{metrics.__name__}.{metric.name}"


@every_metric
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    row = next(row for row in registry.catalogue() if row["name"] == metric.name)
    for text in (
        "label",
        "formula",
        "direction",
        "edge_cases",
        "null",
        "reference",
        "cost",
        "exactness",
        "about",
        "when",
    ):
        assert isinstance(row[text], str), text
        assert row[text].strip() == row[text] != "", text
    assert metric.name.isidentifier()
    assert metric.name == metric.name.lower()
    assert metric.group in GROUPS
    assert "__doc__" in vars(type(metric)), "the docstring says in a sentence what it tells"
    lowest, highest = metric.range
    assert lowest is None or highest is None or lowest < highest
    assert json.loads(json.dumps(row)) == row


def section_of(row: dict[str, Any]) -> str:
    """What docs/metrics.md says about a metric."""
    ends = {
        (False, False): "{:g} to {:g}",
        (False, True): "{:g} and up",
        (True, False): "up to {1:g}",
        (True, True): "no bounds",
    }
    bounds = ends[row["range"][0] is None, row["range"][1] is None].format(*row["range"])
    files = f", `manage.py measure {row['files']}`" if row["files"] else ""
    example = f"- example: {row['example']}\n" if row["example"] else ""
    return f"""### `{row["name"]}`

**{row["label"]}.** {row["about"]}

- formula: {row["formula"]}
- range: {bounds}{f", in {row['unit']}" if row["unit"] else ""}; {row["direction"]}
- edge cases: {row["edge_cases"]}
- null: {row["null"]}
{example}- reference: {row["reference"]}
- cost: {row["cost"]}, {row["exactness"]}
- computed {row["when"]}{files}
"""


@every_metric
def test_a_metric_is_described_in_the_docs_as_it_describes_itself(metric: Metric) -> None:
    if metric.name not in registry.built_in():
        pytest.skip("outside packages have docs of their own")
    row = next(row for row in registry.catalogue() if row["name"] == metric.name)
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert section_of(row) in page, f"put this into docs/metrics.md:\n\n{section_of(row)}"


def test_the_docs_say_what_all_entries_share_as_the_site_does() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    shared = page.split("## How to read them\n\n")[1].split("\n\n## ")[0]
    assert shared == "\n".join(f"- **{term}**: {text}" for term, text in RULES.items())


def test_the_docs_describe_no_metric_that_is_gone() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    described = [line[5:-1] for line in page.splitlines() if line.startswith("### `")]
    assert sorted(described) == sorted(registry.built_in())


def test_labels_are_told_apart() -> None:
    labels = [row["label"] for row in registry.catalogue()]
    assert len(set(labels)) == len(labels)


def test_names_are_listed_without_loading_any_metric() -> None:
    program = (
        "import sys; from simapp.metrics import registry; names = registry.built_in();"
        "assert names and not [n for n in names if f'simapp.metrics.{n}' in sys.modules]"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


OUTSIDE = """
from simapp.metrics.base import Metric, point

class Loudness(Metric):
    "How loud it is."
    name, label, group = "NAME", "Loudness", "activity"
    formula, direction, edge_cases, null, reference, cost = "1", "up", "none", "none", "definition", "O(1)"
    range = (0.0, 1.0)

    def compute(self, view):
        return point(0.5)
"""


def with_outside_metric(
    folder: Path, entry: str, name: str, program: str
) -> subprocess.CompletedProcess[str]:
    """Run a program where a package is installed that joins a metric by an entry point."""
    (folder / "loudness.py").write_text(OUTSIDE.replace("NAME", name))
    about = folder / "loudness-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: loudness\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{registry.ENTRY_POINTS}]\n{entry} = loudness:Loudness\n")
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )


def test_an_outside_package_joins_by_an_entry_point(tmp_path: Path) -> None:
    program = (
        "from simapp.metrics import registry; assert 'loudness' in registry.names();"
        "assert 'loudness' not in registry.built_in();"
        "print(registry.metric_named('loudness').compute(None).value)"
    )
    ended = with_outside_metric(tmp_path, "loudness", "loudness", program)
    assert (ended.returncode, ended.stdout) == (0, "0.5\n"), ended.stderr


@pytest.mark.parametrize(
    ("entry", "name", "sentence"),
    [
        ("camp_share", "camp_share", "two metrics are called 'camp_share'; one is loudness:Loudness"),
        ("loudness", "noise", "the metric 'loudness' calls itself 'noise'"),
    ],
)
def test_an_outside_metric_with_a_wrong_name_is_an_error(
    tmp_path: Path, entry: str, name: str, sentence: str
) -> None:
    program = "from simapp.metrics import registry; registry.all_metrics()"
    ended = with_outside_metric(tmp_path, entry, name, program)
    assert ended.returncode == 1
    assert sentence in ended.stderr


def test_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="unknown metric 'mood'; known: active_users"):
        registry.metric_named("mood")


@pytest.mark.parametrize("name", ["base", "view", "passes", "live", "registry", "_events", "../secret"])
def test_what_is_no_metric_cannot_be_loaded_as_one(name: str) -> None:
    with pytest.raises(KeyError, match="unknown metric"):
        registry.metric_named(name)
