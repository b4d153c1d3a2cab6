"""Small runs on the real parts, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simapp.engine.core.threads import Workers
from simapp.models import Run
from simapp.runs.execute import execute
from simapp.runs.services import command_line_version, create_run
from simapp.scenarios.document import Scenario
from simapp.scenarios.gallery import get_gallery
from simapp.scenarios.paths import set_path, set_paths

BUSY = (
    "population.users=120",
    "population.activity.minimum=0.5",
    "population.voice.minimum=0.4",
    "minds.rates.repost=1",
    "minds.rates.like=0.3",
    "minds.rates.comment=0.1",
    "minds.rates.follow=0.05",
    "minds.rates.unfollow=0.05",
    "minds.rates.mute=0.02",
    "minds.rates.quote=0.05",
    "minds.appeal.median=0.2",
)


def busy(slug: str = "rumour", *changes: str) -> Scenario:
    """A small scenario in which much happens."""
    scenario = set_paths(get_gallery(slug), BUSY)
    for change in changes:
        scenario = set_path(scenario, change)
    return scenario


# Small scenarios in which different things happen.
VARIED: dict[str, Callable[[], Scenario]] = {
    "people who come and go": lambda: busy("rumour"),
    "votes that are given": lambda: busy("first-vote"),
    "opinions, noise and a short memory": lambda: busy(
        "echo-chambers",
        "minds.opinion.noise=0.1",
        "feed.seen_memory=7",
        "platform.hot_window_hours=4",
        "feed.preset=chronological",
    ),
    "whoever is most followed by then": lambda: busy(
        "rumour",
        "minds.rates.follow=1",
        "minds.rates.unfollow=0.5",
        "interventions="
        + str(
            [
                {"kind": "inject_post", "at": at, "author": author, "text": f"news {at}", "topic": "work"}
                for at in (4, 9, 12)
                for author in ("most_followed", "random")
            ]
        ).replace("'", '"'),
    ),
    "moderation that finds its subjects by rule": lambda: busy(
        "rumour",
        'interventions=[{"kind": "inject_post", "at": 2, "author": "most_followed", "text": "news", "topic": "work"},'
        '{"kind": "label_post", "at": 5, "post": 1, "text": "disputed"},'
        '{"kind": "demote_post", "at": 7, "post": "most_shared"}, {"kind": "remove_post", "at": 9, "post": 1},'
        '{"kind": "suspend_user", "at": 6, "user": "most_followed"},'
        '{"kind": "reinstate_user", "at": 11, "user": "most_followed"}]',
    ),
    "feeds that are switched, listed in any order": lambda: busy(
        "rumour",
        'interventions=[{"kind": "switch_feed", "at": 8, "preset": "chronological"},'
        '{"kind": "switch_feed", "at": 3, "preset": "reddit-hot"}]',
    ),
}


def make(
    scenario: Scenario | None = None, *, seed: int = 7, steps: int = 12, owner: Any = None, **more: Any
) -> Run:
    """A queued run that nobody was told about."""
    version = command_line_version(document=scenario or busy())
    return create_run(owner=owner, version=version, seed=seed, steps=steps, **more)


def finish(run: Run, workers: Workers | None = None, **more: Any) -> Run:
    """Execute it in this process."""
    execute(run.pk, workers=workers or Workers(1), **more)
    run.refresh_from_db()
    return run
