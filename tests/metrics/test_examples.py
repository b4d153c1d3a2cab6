"""The examples in the catalogue are what the code gives of the inputs that they name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recommender.shadow import _figures
from simapp.metrics.files import Files, Score
from simapp.metrics.registry import all_metrics
from simapp.metrics.shadows import FIGURES, OfShadows
from simapp.runs.measuring import TABLES, Given, measured, open_files
from tests.metrics.views import world_of, write

if TYPE_CHECKING:
    from simapp.metrics.base import Metric

# Nobody has exports of these to recompute a metric from.
NOT_EXPORTED = {*TABLES, "reference"}
ALL = list(all_metrics().values())
DRAWN = re.compile(r"shuffled|rewired|drawn")
WITH_ONE = [metric for metric in ALL if metric.example]


def given(metric: Metric, told: str) -> Given:
    """Return the files that an example names."""
    rows = told.replace(" | ", "\n").encode()
    if set(metric.reads) & set(TABLES):
        return Given(tables={metric.reads[0]: rows})
    if "reference" in metric.reads:
        made, real = told.encode().split(b" beside ")
        return Given(cascades=made, reference=real)
    edges, x = rows.removeprefix(b"edges ").split(b"; x ")
    return Given(graph=edges, opinions=b"node,value\n" + x.replace(b" ", b","))


def of_shadow(name: str, told: str) -> Score:
    """Return what a preset's feed scores in the world that an example names."""
    users = int(told.split()[0])
    posts = re.findall(r"([A-D]) (\d) (-?[\d.]+|unknown) (\d)", told.split(";")[1])
    lists = r"was shown ([A-D]) ([A-D]) and the preset has ([A-D]) ([A-D])"
    viewers = re.findall(rf"viewer (\d) \(x (-?[\d.]+)\) {lists}", told)
    x = np.zeros((users, 1))
    x[[int(viewer) for viewer, *_ in viewers], 0] = [float(opinion) for _, opinion, *_ in viewers]
    world = world_of(x, np.zeros((0, 2), np.int32))
    write(
        world.posts,
        author=[int(author) for _, author, _, _ in posts],
        stance=[np.nan if stance == "unknown" else float(stance) for _, _, stance, _ in posts],
        likes=[int(likes) for *_, likes in posts],
    )
    rows = np.array([["ABCD".index(letter) for letter in letters] for _, _, *letters in viewers])
    who = np.array([int(viewer) for viewer, *_ in viewers], np.int32)
    active, shadow = (_figures(world, who, rows[:, at], rows[:, :2])[FIGURES[name]] for at in ([0, 1], [2, 3]))
    return Score(shadow, active)


def shown(metric: Metric) -> str:
    """Return an example as the code gives it."""
    told = metric.example.rpartition(" gives ")[0]
    if isinstance(metric, OfShadows):
        score = of_shadow(metric.name, told)
    elif metric.reads == ("opinions",):
        score = metric.score(Files(opinions=np.array([float(x) for x in told.removeprefix("x ").split(", ")])))
    else:
        score = measured(open_files(given(metric, told), told=lambda *_: None), [metric.name])[metric.name]
    # A null that is drawn has no value of its own.
    null = "" if DRAWN.search(metric.null) or score.null_mean is None else f", null {score.null_mean:.4g}"
    return f"{told} gives {score.value:.4g}{null}"


@pytest.mark.parametrize("metric", WITH_ONE, ids=lambda m: m.name)
def test_an_example_is_what_the_code_gives(metric: Metric) -> None:
    assert metric.example == shown(metric)


def test_whoever_has_no_export_of_the_inputs_has_an_example() -> None:
    needy = {m.name for m in ALL if isinstance(m, OfShadows) or set(m.reads) & NOT_EXPORTED}
    assert needy <= {m.name for m in WITH_ONE}


def everything(draws: int) -> Files:
    """Return files of every kind, with this many draws of each null."""
    rng = np.random.default_rng(3)
    ends = {(int(u), int(v)) for u, v in rng.integers(0, 40, (300, 2)) if u != v}
    edges = "\n".join(f"{u} {v}" for u, v in sorted(ends))
    opinions = "node,value\n" + "\n".join(f"{u},{x}" for u, x in enumerate(rng.uniform(-1, 1, 40)))
    told = {metric.reads[0]: metric.example.rpartition(" gives ")[0] for metric in WITH_ONE if metric.reads}
    tables = {kind: told[kind].replace(" | ", "\n").encode() for kind in TABLES}
    tables["texts"] = b"text,group,label\nyou idiot,a,1\nfine,a,0\nfool,b,0\ngood,b,0"
    arms = [f"{post},{arm},{rng.integers(1, 11)}" for post in range(9) for arm in ("up", "none", "down")]
    tables["ratings"] = "\n".join(["post,arm,rating", *arms]).encode()
    made, real = told["cascades"].encode().split(b" beside ")
    return open_files(
        Given(edges.encode(), opinions=opinions.encode(), cascades=made, reference=real, tables=tables),
        draws=draws,
        told=lambda *_: None,
    )


def test_a_null_that_is_drawn_says_so_and_no_other_does() -> None:
    none, some = everything(0), everything(3)
    for metric in ALL:
        if metric.reads:
            drawn = metric.score(some).null_mean is not None and metric.score(none).null_mean is None
            assert drawn == bool(DRAWN.search(metric.null)), metric.name
