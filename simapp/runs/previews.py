"""What a scenario looks like before it runs: a sample of its people, drawn by the same generators with the same seed.

A sample is a population of its own of at most so many users: users are drawn by their number, so their opinions and
activity are those of the run's first users; a network of fewer users is another network of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from agents.opinions.registry import shown_by
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.models import Upload
from simapp.runs.uploads import people_in
from simapp.scenarios.network.build import build_follows
from simapp.scenarios.network.picture import place
from simapp.scenarios.parts.network import NoNetwork
from simapp.scenarios.population.opinions import draw_opinions
from simapp.scenarios.population.traits import draw_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.scenarios.document import Scenario

DRAWN = 300
PEOPLE = 5_000
FOLLOWS = 150_000
LINES = 1_500
LARGEST_FILE = 3_000_000
BINS = 24


@dataclass(frozen=True)
class Picture:
    """n of all users. at float64[n, 2] in [0, 1]; opinion float32[n] shown, first topic; followers int64[n].

    first, second int32[m]: the ties that are drawn, of `ties` in all.
    """

    users: int
    at: NDArray[np.float64]
    opinion: NDArray[np.float32]
    followers: NDArray[np.int64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    ties: int


@dataclass(frozen=True)
class Preview:
    """shares float64[BINS] of shown opinions, equal bins of [-1, 1]; activity, degree: (x, share with at least x).

    people: users behind the opinions and the activity; counted: users behind the degrees. missing: why there is no
    picture, "" where there is one.
    """

    users: int
    people: int
    counted: int
    shares: NDArray[np.float64]
    mean: float
    activity: list[tuple[float, float]]
    median_level: float
    degree: list[tuple[float, float]]
    most_followed: int
    picture: Picture | None
    missing: str = ""


@dataclass(frozen=True)
class _Follows:
    """follower, followee int32[M]: places in who int64[N], the numbers of the users."""

    who: NDArray[np.int64]
    follower: NDArray[np.int32]
    followee: NDArray[np.int32]

    @property
    def users(self) -> int:
        """Number of users N."""
        return len(self.who)


def preview_of(document: Scenario, seed: int) -> Preview:
    """Return the preview of a valid document under a seed; WrongInput where its file of people cannot be read."""
    streams, users = Streams(seed), document.population.users
    people = min(users, PEOPLE)
    first = np.arange(people, dtype=np.int64)
    shown = _shown(document, _opinions(document, first, streams))
    levels = draw_levels(document.population.activity, first, streams)
    named = document.population.people
    follows = _generated(document, _affordable(document), streams) if named is None else _of_file(named.upload)
    degree: list[tuple[float, float]] = []
    picture, most = None, 0
    if follows is not None:
        followers = np.bincount(follows.followee, minlength=follows.users)
        degree, most = _tail(followers.astype(np.float64)), int(followers.max())
        few = _generated(document, min(users, DRAWN), streams) if named is None else _around_most_followed(follows)
        picture = _picture(document, few, streams)
    return Preview(
        users=users,
        people=people,
        counted=0 if follows is None else follows.users,
        shares=np.histogram(shown, BINS, (-1.0, 1.0))[0] / people,
        mean=float(shown.mean()),
        activity=_tail(levels.astype(np.float64)),
        median_level=float(np.median(levels)),
        degree=degree,
        most_followed=most,
        picture=picture,
        missing="" if follows is not None else "The file of people is too large to be drawn while it is edited.",
    )


def _affordable(document: Scenario) -> int:
    """Return how many users' follows are drawn: at most PEOPLE users and about FOLLOWS follows."""
    network = document.network
    mean = 0.0 if isinstance(network, NoNetwork) else network.mean_followees
    most = min(document.population.users, PEOPLE, int(FOLLOWS / max(mean, 1.0)))
    return max(most, min(document.population.users, DRAWN))


def _opinions(document: Scenario, users: NDArray[np.int64], streams: Streams) -> NDArray[np.float64]:
    found: NDArray[np.float64] = draw_opinions(document.population.opinions, users, 1, streams)[:, 0]
    return found


def _shown(document: Scenario, native: NDArray[np.float64]) -> NDArray[np.float32]:
    """Map native opinions to [-1, 1] as a world does (engine/core/world.py)."""
    said = shown_by(document.minds.opinion.kind)
    if said["opinion_scale"]:
        return np.tanh(native / said["opinion_scale"]).astype(np.float32)
    low, high = said["opinion_range"]
    return np.clip((native - low) * (2.0 / (high - low)) - 1.0, -1.0, 1.0).astype(np.float32)


def _generated(document: Scenario, users: int, streams: Streams) -> _Follows:
    who = np.arange(users, dtype=np.int64)
    follower, followee, _ = build_follows(document.network, users, _opinions(document, who, streams), streams)
    return _Follows(who, follower, followee)


def _of_file(sha256: str) -> _Follows | None:
    """Return the follows of a kept file, None where it is too large for now."""
    upload = Upload.objects.filter(sha256=sha256).only("size").first()
    if upload is None:
        raise WrongInput(f"population.people names the file {sha256[:12]}, which is not in this database.")
    return _read(sha256) if upload.size <= LARGEST_FILE else None


@lru_cache(maxsize=4)
def _read(sha256: str) -> _Follows:
    people = people_in(Upload.objects.get(sha256=sha256))
    return _Follows(np.arange(people.users, dtype=np.int64), people.follower, people.followee)


def _around_most_followed(follows: _Follows) -> _Follows:
    """Return the first DRAWN users that are met going out from the most followed, with the follows among them."""
    first = np.concatenate([follows.follower, follows.followee])
    second = np.concatenate([follows.followee, follows.follower])
    met = np.zeros(follows.users, np.bool_)
    order = np.argsort(-np.bincount(second, minlength=follows.users), kind="stable")
    kept: list[int] = []
    for start in order:
        wave = np.array([start]) if not met[start] else np.empty(0, np.int64)
        while wave.size and len(kept) < DRAWN:
            wave = wave[: DRAWN - len(kept)]
            met[wave] = True
            kept += wave.tolist()
            reached = np.unique(second[np.isin(first, wave)])
            wave = reached[~met[reached]]
        if len(kept) >= min(DRAWN, follows.users):
            break
    number = np.full(follows.users, -1, np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    inside = (number[follows.follower] >= 0) & (number[follows.followee] >= 0)
    return _Follows(np.array(kept, np.int64), number[follows.follower[inside]], number[follows.followee[inside]])


def _picture(document: Scenario, follows: _Follows, streams: Streams) -> Picture:
    low = np.minimum(follows.follower, follows.followee).astype(np.int64)
    high = np.maximum(follows.follower, follows.followee).astype(np.int64)
    pairs = np.unique(low * follows.users + high)
    first, second = pairs // follows.users, pairs % follows.users
    chosen = np.argsort(streams.bits("preview/ties", user=first, item=second))[:LINES]
    return Picture(
        users=follows.users,
        at=place(follows.users, first, second),
        opinion=_shown(document, _opinions(document, follows.who, streams)),
        followers=np.bincount(follows.followee, minlength=follows.users),
        first=first[chosen],
        second=second[chosen],
        ties=len(pairs),
    )


def _tail(values: NDArray[np.float64], points: int = 40) -> list[tuple[float, float]]:
    """Return (x, share of values that are at least x) at `points` x evenly spaced in their logarithm, x above 0."""
    ordered = np.sort(values[values > 0])
    if not ordered.size:
        return []
    at = np.unique(np.geomspace(ordered[0], ordered[-1], points)) if ordered[0] < ordered[-1] else ordered[:1]
    # Rounding must not push the ends past the values themselves.
    at[0], at[-1] = ordered[0], ordered[-1]
    above = ordered.size - np.searchsorted(ordered, at, side="left")
    return [(float(x), float(n) / values.size) for x, n in zip(at, above, strict=True)]
