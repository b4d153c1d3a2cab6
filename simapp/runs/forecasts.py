"""What a run will need before it starts: disk for files and rows, memory, time; and whether that is there.

All constants stand here. They were fitted to real runs (the gallery at 120 and 1,000 users, the benchmark's
workload at 5,000 and 20,000 users, two cores, PostgreSQL 18) and are meant to be right within a factor of two; a
test compares them with a real run. Sizes in bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from django.conf import settings
from django.db import connection

from recommender.registry import recipe_of
from simapp.engine.core.errors import Refused
from simapp.runs.room import RESERVE, free_bytes, size
from simapp.scenarios.parts.network import NoNetwork
from simapp.store.retention import FEWEST_SNAPSHOTS, Rule, rule_for

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario

# Files. A Parquet file of few rows is mostly its header; rows are compressed.
FILE = 2_000
IMPRESSION, DECISION, OPINION = 5.0, 9.0, 4.2  # per row; an opinion is one user's on one topic
SNAPSHOT, SNAPSHOT_USER, SNAPSHOT_SEEN, SNAPSHOT_TOPIC, SNAPSHOT_FOLLOW = 100_000, 30.0, 3.0, 7.5, 2.5
# Rows, with their indexes and what pages leave empty.
USER_ROW, FOLLOW_ROW, EVENT_ROW, POST_ROW, TEXT_ROW, STEP_ROWS, TABLES = 320, 63, 130, 170, 230, 12_700, 200_000
# Memory of the process that owns the run: what is loaded anyway, then what the world and a step hold.
PROCESS, USER_MEMORY, FOLLOW_MEMORY, ACTIVE_MEMORY = 300e6, 450.0, 16.0, 400.0
# Seconds on a machine with nothing else to do: to begin, per step, per user (rhythms, opinions, metrics), per active
# user and per follow.
BEGIN_SECONDS, STEP_SECONDS, USER_SECONDS, ACTIVE_SECONDS, FOLLOW_SECONDS = 3.0, 0.03, 0.6e-6, 12e-6, 0.05e-6
FOUND_USER_SECONDS, FOUND_FOLLOW_SECONDS = 20e-6, 2e-6
# A feed that reads texts: the encoder in memory, bytes per vector, seconds per text that no run has encoded before.
ENCODER_MEMORY, VECTOR, ENCODE_SECONDS = 450e6, 384, 0.01
READS_TEXTS = ("similarity", "mmr", "dpp")
# The grammar of a scenario has a few thousand texts.
MOST_TEXTS = 6_000
# Of what was read, so much suits the reader's stance well enough to be acted on.
GATE = 0.6
LONGEST_SECONDS = 30 * 24 * 3600.0


@dataclass(frozen=True)
class Forecast:
    """files, database: bytes on disk when the run is done; memory: bytes of the process that owns it; seconds."""

    files: int
    database: int
    memory: int
    seconds: float

    @property
    def sentence(self) -> str:
        """What the run needs, in words."""
        disk = size(self.files + self.database)
        return f"needs about {disk} on disk, {size(self.memory)} of memory and {span(self.seconds)}"


@dataclass(frozen=True)
class Free:
    """Bytes that are free: on the disk of the files, on the database's (None: not on this machine), in memory.

    one_disk: files and database share theirs.
    """

    files: int
    database: int | None
    one_disk: bool
    memory: int


def forecast(document: Scenario, steps: int, *, keep: Mapping[str, str] | None = None) -> Forecast:
    """Return what `steps` steps of a document will need, files kept by the rules of `keep`."""
    people, keep = document.population, keep or {}
    users, topics = people.users, len(document.topics)
    network = document.network
    mean = 20.0 if people.people else 0.0 if isinstance(network, NoNetwork) else network.mean_followees
    follows = users * mean
    active = users * active_share(document)
    shown = active * document.feed.k
    posts, events = _written(document, active)
    opinions_step = FILE + OPINION * users * topics
    impressions_step = FILE + IMPRESSION * shown
    decisions_step = 2 * FILE + DECISION * (active + events)
    texts = min(MOST_TEXTS, posts * steps)
    vectors = VECTOR * (users + texts) if reads_texts(document) else 0.0
    snapshot = SNAPSHOT + vectors + SNAPSHOT_FOLLOW * follows + users * (
        SNAPSHOT_USER + SNAPSHOT_TOPIC * topics + SNAPSHOT_SEEN * _seen(document, active, steps)
    )  # fmt: skip
    files = (
        impressions_step * _kept(rule_for(keep, "impressions"), steps)
        + opinions_step * _kept(rule_for(keep, "opinions"), steps + 1)
        + decisions_step * steps
        + snapshot * _snapshots(rule_for(keep, "snapshots"), steps)
    )
    database = (
        TABLES
        + USER_ROW * users
        + FOLLOW_ROW * follows
        + TEXT_ROW * texts
        + steps * (STEP_ROWS + EVENT_ROW * events + POST_ROW * posts)
    )
    hot = posts * min(steps, max(1.0, 60 * document.platform.hot_window_hours / document.clock.minutes_per_step))
    memory = (
        PROCESS
        + users * (USER_MEMORY + 8 * topics + 4 * document.feed.seen_memory)
        + FOLLOW_MEMORY * follows
        + ACTIVE_MEMORY * active
        + 120 * hot
        + (ENCODER_MEMORY + 2 * vectors if vectors else 0.0)
    )
    seconds = (
        BEGIN_SECONDS
        + FOUND_USER_SECONDS * users
        + FOUND_FOLLOW_SECONDS * follows
        + (ENCODE_SECONDS * texts if vectors else 0.0)
        + steps * (STEP_SECONDS + USER_SECONDS * users + FOLLOW_SECONDS * follows + ACTIVE_SECONDS * active)
    )
    return Forecast(int(files), int(database), int(memory), float(seconds))


def active_share(document: Scenario) -> float:
    """Return the mean share of users who are active in a step: over levels and over the hours of a day."""
    activity = document.population.activity
    levels = truncated_pareto(activity.exponent, activity.minimum, activity.maximum)
    shape = np.asarray(activity.circadian, np.float64)
    hours = document.clock.minutes_per_step / 60.0
    return float(np.mean(1.0 - (1.0 - levels[:, None] * (shape / shape.max())[None, :]) ** hours))


def reads_texts(document: Scenario) -> bool:
    """Whether a feed of the document compares texts, and so needs the encoder and vectors."""
    switches = [change for change in document.interventions if change.kind == "switch_feed"]
    for chosen in (document.feed, *document.feed.groups, *switches):
        pipeline = None if chosen.pipeline is None else chosen.pipeline.model_dump(mode="json")
        recipe = recipe_of(chosen.preset, chosen.params, pipeline=pipeline, explore=document.feed.explore)
        if any(use.part in READS_TEXTS for use in (*recipe.scorers, *recipe.rerankers)):
            return True
    return False


def truncated_pareto(exponent: float, low: float, high: float, points: int = 64) -> np.ndarray:
    """Return values of a Pareto law cut to [low, high] at evenly spaced shares of its users."""
    if high <= low:
        return np.array([low])
    u = (np.arange(points) + 0.5) / points
    power = 1.0 - exponent
    found: np.ndarray = (low**power + u * (high**power - low**power)) ** (1.0 / power)
    return found


def _written(document: Scenario, active: float) -> tuple[float, float]:
    """Return (posts of every kind, events) of a step."""
    voice, rates = document.population.voice, document.minds.rates
    writes = float(np.mean(truncated_pareto(voice.exponent, voice.minimum, voice.maximum)))
    # Readers stop after each post with the same chance, so a feed of k posts is read to the end by few.
    depth = document.minds.feed_depth
    read = depth * (1.0 - (1.0 - 1.0 / depth) ** document.feed.k)
    shares = rates.quote + rates.comment + rates.repost * document.minds.appeal.median
    others = rates.like + rates.dislike + rates.follow + rates.unfollow + rates.mute
    posts = active * (writes + read * GATE * shares)
    return posts, posts + active * read * GATE * others


def _seen(document: Scenario, active: float, steps: int) -> float:
    """Return how many posts a user remembers to have seen, of the ring's size."""
    per_user = active / max(document.population.users, 1) * document.feed.k * steps
    return min(float(document.feed.seen_memory), per_user)


def _kept(rule: Rule, steps: int) -> float:
    if rule.all:
        return float(steps)
    every = steps / rule.every if rule.every else 0.0
    return min(float(steps), max(rule.last, 1) + every)


def _snapshots(rule: Rule, steps: int) -> float:
    most = 1.0 + steps / 5.0
    if rule.all:
        return most
    return min(most, max(rule.last, FEWEST_SNAPSHOTS) + 1 + (steps / rule.every if rule.every else 0.0))


def free_here() -> Free:
    """Return what is free on this machine."""
    data = Path(settings.SOCIARIUM_DATA_ROOT)
    database = _database_folder()
    return Free(
        files=free_bytes(data),
        database=None if database is None else free_bytes(database),
        one_disk=database is not None and _device(data) == _device(database),
        memory=free_memory(),
    )


def check(needed: Forecast, free: Free, *, force: bool = False) -> None:
    """Refuse a run that cannot fit: disk always, memory and time unless forced. Refused has one sentence."""
    parts = [("on disk", needed.files + needed.database, free.files)]
    if not free.one_disk:
        parts = [("on the disk of the files", needed.files, free.files)]
        if free.database is not None:
            parts.append(("on the disk of the database", needed.database, free.database))
    for where, wanted, there in parts:
        if wanted > there - RESERVE:
            msg = f"The run needs about {size(wanted)} {where}, {size(there)} free."
            raise Refused(msg)
    if force:
        return
    if needed.memory > free.memory:
        msg = f"The run needs about {size(needed.memory)} of memory, {size(free.memory)} free."
        raise Refused(msg)
    if needed.seconds > LONGEST_SECONDS:
        msg = f"The run needs about {span(needed.seconds)}; that is more than {span(LONGEST_SECONDS)}."
        raise Refused(msg)


def free_memory() -> int:
    """Return bytes of memory that can be had: the machine's, or what is left of a container's limit."""
    free = int(psutil.virtual_memory().available)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
    except (OSError, ValueError):
        return free
    return min(free, max(0, int(limit) - used)) if limit.isdigit() else free


def span(seconds: float) -> str:
    """Return a time as people say it: 40 s, 12 min, 3 h, 5 days."""
    for limit, unit, word in ((100.0, 1.0, "s"), (6000.0, 60.0, "min"), (172_800.0, 3600.0, "h")):
        if seconds < limit:
            return f"{max(1, round(seconds / unit))} {word}"
    return f"{round(seconds / 86_400)} days"


def _database_folder() -> Path | None:
    """Return where the database keeps its data, if that is on this machine (it is reached by a socket then)."""
    if not str(connection.settings_dict.get("HOST") or "").startswith("/"):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        row = cursor.fetchone()
    try:
        return Path(row[0]) if row and _device(Path(row[0])) else None
    except OSError:
        return None


def _device(path: Path) -> int:
    for place in (path, *path.parents):
        try:
            return place.stat().st_dev
        except (FileNotFoundError, PermissionError):
            continue
    return 0
