"""OASIS's information-spreading study on its one real curve: growth curves, its error measure, baselines."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.fidelity.base import Bench
from simapp.fidelity.worlds import Kept
from simapp.runs.assemble import Parts
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.importers.people import read_people
from simapp.scenarios.importers.to_population import population_from_import

MINUTES = 150
STATISTICS = ("scale", "depth", "max_breadth")
SCENARIO = "real-curve"
COUNTS = "activity_level_frequency"
Curves = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Case:
    """people: the file of users; real: the three curves float64[150]; followers: of the author."""

    people: bytes
    real: Curves
    users: int
    followers: int


def real_case(bench: Bench) -> Case:
    """Return the shipped case; Missing where its files are not here."""
    told = json.loads(bench.real("oasis-propagation", "false_business_0.json").read_text(encoding="utf-8"))
    people = without_counts(bench.real("oasis-propagation", "users_x_111.csv").read_bytes())
    found = read_people(people, name="users_x_111.csv")
    author = found.seed_posts[0].author
    followers = int(np.count_nonzero(found.followee == author))
    real = {name: np.array(told[name][:MINUTES], np.float64) for name in STATISTICS}
    return Case(people, real, found.users, followers)


def without_counts(people: bytes) -> bytes:
    """Return the file without the hourly counts: in this study the model's delay says when people come by."""
    rows = list(csv.DictReader(io.StringIO(people.decode("utf-8"))))
    kept = [name for name in rows[0] if name != COUNTS]
    out = io.StringIO()
    writer = csv.DictWriter(out, kept, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def simulated(case: Case, seed: int) -> Curves:
    """Return the curves of one run of the gallery's scenario with the case's people."""
    scenario = get_gallery(SCENARIO)
    parts = Parts(scenario, Streams(seed), Workers(1))
    population = population_from_import(
        read_people(case.people, name="users_x_111.csv"), scenario, parts.streams
    )
    world = parts.found_world(population)
    simulation = parts.simulation(world, Kept())
    simulation.found(parts.seeds(world, population.seed_posts))
    curves = {name: np.zeros(MINUTES) for name in STATISTICS}
    for minute in range(MINUTES):
        if minute:
            simulation.step()
        posts = world.posts
        levels = np.bincount(posts.depth[posts.root == posts.base])
        curves["scale"][minute] = levels.sum()
        curves["depth"][minute] = levels.shape[0] - 1
        # As in the real curves the author alone is no level.
        curves["max_breadth"][minute] = levels[1:].max(initial=0)
    return curves


def errors(curves: Curves, real: Curves) -> NDArray[np.float64]:
    """Return float64[3]: sqrt(mean over minutes of (curve - real)^2) / max(real), per statistic, as OASIS has it."""
    return np.array(
        [np.sqrt(((curves[name] - real[name]) ** 2).mean()) / real[name].max() for name in STATISTICS]
    )


def star(case: Case) -> Curves:
    """Return the baseline in which all followers of the author share in the first minute, and nobody else ever."""
    after = (np.arange(MINUTES) >= 1).astype(np.float64)
    return {"scale": 1.0 + case.followers * after, "depth": after, "max_breadth": case.followers * after}


def mean_curve(bench: Bench, users: int) -> Curves:
    """Return the baseline that predicts the mean of other cascades: those of Twitter15 of half to double the size.

    Scale and breadth are parts of the final size, times the number of users; depth is the mean depth.
    """
    found = []
    with gzip.open(bench.real("twitter15-cascades", "twitter15.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            cascade: dict[str, Any] = json.loads(line)
            if users / 2 <= len(cascade["parent"]) <= 2 * users:
                found.append(_growth(cascade["parent"], cascade["minutes"]))
    mean = np.mean(found, axis=0)
    return {"scale": users * mean[0], "depth": mean[1], "max_breadth": users * mean[2]}


def _growth(parents: list[int], minutes: list[float]) -> NDArray[np.float64]:
    """Return float64[3, 150]: part of the final size, depth, part in the largest level, by minute."""
    depth = np.zeros(len(parents), np.int64)
    for node, parent in enumerate(parents):
        while parent >= 0:
            depth[node] += 1
            parent = parents[parent]
    when = np.maximum(np.array(minutes), 0.0)
    out = np.zeros((3, MINUTES))
    for minute in range(MINUTES):
        here = depth[when <= minute]
        levels = np.bincount(here) if here.shape[0] else np.zeros(1, np.int64)
        out[:, minute] = levels.sum(), levels.shape[0] - 1, levels[1:].max(initial=0)
    out[[0, 2]] /= len(parents)
    return out
