"""Metrics of a run, recomputed from its export by the words of the catalogue alone."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter, defaultdict
from pathlib import Path
from statistics import fmean, pvariance

import pytest

from simapp.store.exporters.export import export_run
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

Row = dict[str, str]
STEPS = 14


class Export:
    """A folder that a run was exported to, read as a person reads it."""

    def __init__(self, folder: Path) -> None:
        for table in ("posts", "events", "follows", "impressions", "opinions", "metrics", "steps", "users"):
            with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
                setattr(self, table, list(csv.DictReader(file)))
        scenario = json.loads((folder / "scenario.json").read_text())
        hours, minutes = scenario["platform"]["hot_window_hours"], scenario["clock"]["minutes_per_step"]
        self.window = max(1, round(hours * 60 / minutes))
        self.topic: str = scenario["topics"][0]
        self.n = len(self.users)
        self.post = {row["post"]: row for row in self.posts}

    users: list[Row]
    posts: list[Row]
    events: list[Row]
    follows: list[Row]
    impressions: list[Row]
    opinions: list[Row]
    metrics: list[Row]
    steps: list[Row]

    def x(self, s: int) -> dict[str, float]:
        return {row["user"]: float(row[self.topic]) for row in self.opinions if int(row["step"]) == s}

    def hot(self, s: int) -> list[Row]:
        return [row for row in self.posts if s - self.window < int(row["step"]) <= s]

    def original(self, post: str) -> Row:
        row = self.post[post]
        return self.original(row["parent"]) if row["kind"] == "repost" else row

    def shown(self, s: int) -> list[tuple[str, str]]:
        """Viewer and author of every impression of the step."""
        return [(i["viewer"], self.original(i["post"])["author"]) for i in self.impressions if int(i["step"]) == s]

    def done(self, s: int, *actions: str) -> list[Row]:
        rows = [e for e in self.events if int(e["step"]) == s and e["actor"] and e["outcome"] == "done"]
        return [e for e in rows if not actions or e["action"] in actions]

    def edges(self, s: int) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for row in self.follows:
            if int(row["step"]) <= s:
                (found.add if row["change"] == "follow" else found.discard)((row["follower"], row["followee"]))
        return found

    def standing(self, s: int) -> dict[str, Counter[str]]:
        likes = {"like_post": 1, "like_comment": 1, "unlike_post": -1, "unlike_comment": -1}
        signs = {action: ("likes", sign) for action, sign in likes.items()}
        signs |= {"dislike_post": ("dislikes", 1), "undo_dislike_post": ("dislikes", -1)}
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for e in self.events:
            if int(e["step"]) <= s and e["outcome"] == "done" and e["action"] in signs:
                what, by = signs[e["action"]]
                found[e["post"]][what] += by
        return found


def pearson(pairs: list[tuple[float, float]]) -> float:
    a, b = fmean(p for p, _ in pairs), fmean(q for _, q in pairs)
    over = sum((p - a) * (q - b) for p, q in pairs)
    return over / math.sqrt(sum((p - a) ** 2 for p, _ in pairs) * sum((q - b) ** 2 for _, q in pairs))


def means(pairs: list[tuple[str, str]], x: dict[str, float]) -> list[tuple[float, float]]:
    of: dict[str, list[float]] = defaultdict(list)
    for one, other in pairs:
        of[one].append(x[other])
    return [(x[one], fmean(others)) for one, others in of.items()]


def gini(counts: list[int]) -> float:
    n = len(counts)
    return sum((2 * i - n - 1) * c for i, c in enumerate(sorted(counts), 1)) / (n * sum(counts))


def by_hand(e: Export, s: int) -> dict[str, float | None]:
    x, hot, likes = e.x(s), e.hot(s), e.standing(s)
    votes: dict[bool, list[int]] = {True: [], False: []}
    for vote in e.done(s, "like_post", "dislike_post"):
        sides = x[vote["actor"]] * x[e.post[vote["post"]]["author"]]
        votes[sides > 0].append(1 if vote["action"] == "like_post" else -1)
    items = {p["post"] for p in hot if p["kind"] != "comment"}
    seen = {i["post"] for i in e.impressions if int(i["step"]) == s}
    sides = Counter(x[v] * x[a] > 0 for v, a in e.shown(s))
    edges = e.edges(s)
    across = sum(x[a] * x[b] < 0 for a, b in edges)
    apart = fmean(abs(p - q) for i, p in enumerate(x.values()) for j, q in enumerate(x.values()) if i != j)
    treated = [p for p in hot if p["arm"] in ("1", "-1")]
    steps = [int(p["step"]) for p in treated]
    arms: dict[str, list[int]] = defaultdict(list)
    for p in hot:
        if steps and p["kind"] == "post" and min(steps) <= int(p["step"]) <= max(steps):
            score = likes[p["post"]]["likes"] - likes[p["post"]]["dislikes"] - int(p["arm"])
            arms[p["arm"]].append(score)
    liked = Counter({user["user_id"]: 0 for user in e.users})
    written, audience = liked.copy(), liked.copy()
    for p in hot:
        liked[p["author"]] += likes[p["post"]]["likes"] if p["kind"] != "repost" else 0
        written[p["author"]] += p["kind"] in ("post", "quote")
    audience.update(a for _, a in e.shown(s))
    size = Counter(p["root"] for p in e.posts if int(p["step"]) <= s and p["kind"] != "comment")
    roots = [p["post"] for p in hot if p["kind"] == "post"]
    asked = [row for row in e.events if int(row["step"]) == s and row["actor"]]
    return {
        "active_users": len({row["actor"] for row in e.done(s)}),
        "refused_share": sum(row["outcome"] != "done" for row in asked) / len(asked),
        "affective_polarization": fmean(votes[True]) - fmean(votes[False]),
        "catalogue_coverage": len(seen) / len(items),
        "cross_cutting_share": sides[False] / sides.total(),
        "exposure_correlation": pearson(means(e.shown(s), x)),
        "neighbour_correlation": pearson(means(list(edges), x)),
        "ei_index": (2 * across - len(edges)) / len(edges),
        "homophily_ratio": 1 - fmean(abs(x[a] - x[b]) for a, b in edges) / apart,
        "disagreement": sum((x[a] - x[b]) ** 2 for a, b in edges),
        "opinion_variance": pvariance(x.values()),
        "mean_score_up": fmean(arms["1"]),
        "mean_score_control": fmean(arms["0"]),
        "mean_score_down": fmean(arms["-1"]),
        "likes_gini": gini(list(liked.values())),
        "posts_gini": gini(list(written.values())),
        "impressions_gini": gini(list(audience.values())),
        "cascade_alone_share": fmean(size[root] == 1 for root in roots),
    }


@pytest.fixture
def told(tmp_path: Path) -> Export:
    scenario = busy(
        "echo-chambers",
        "metrics=[live]",
        "platform.hot_window_hours=5",
        "minds.rates.dislike=0.2",
        'interventions=[{"kind": "first_vote", "at": 3, "until": 12, "up": 0.3, "down": 0.3}]',
    )
    folder = tmp_path / "out"
    export_run(finish(make(scenario, steps=STEPS)).pk, "csv", folder)
    return Export(folder)


def test_a_reader_of_the_catalogue_recomputes_what_a_run_measured(told: Export) -> None:
    measured = {(int(row["step"]), row["name"]): row["value"] for row in told.metrics}
    hot = {int(row["step"]): json.loads(row["counts"])["hot_posts"] for row in told.steps}
    for s in (6, 9, STEPS):
        assert hot[s] == len(told.hot(s))
        for name, value in by_hand(told, s).items():
            assert float(measured[s, name]) == pytest.approx(value, rel=1e-4, abs=1e-5), (s, name)
