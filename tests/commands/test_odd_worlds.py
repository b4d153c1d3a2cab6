"""Worlds at the edge of what is allowed run to their end, and can be taken out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simapp.models import Run
from simapp.store.exporters.export import FORMATS
from tests.commands.test_simulation_commands import SMALL, last_json, manage, person

pytestmark = pytest.mark.django_db(transaction=True)

DEEDS = ("like", "dislike", "quote", "comment", "follow", "unfollow", "mute")
ODD = {
    "one user": ["--set=population.users=1", "--set=network.mean_followees=0"],
    "two users": ["--set=population.users=2", "--set=network.mean_followees=1"],
    "no network": [*SMALL, '--set=network={"kind": "none"}'],
    "steps of a week": [*SMALL, "--set=clock.minutes_per_step=1440", "--set=platform.hot_window_hours=1"],
    "a memory of nothing": [*SMALL, "--set=feed.seen_memory=0"],
    "the longest feed": [*SMALL, "--set=feed.k=50", "--set=minds.feed_depth=50"],
    "nothing offered but reading": [*SMALL, '--set=platform.actions=["like_post"]'],
    "everything all the time": [*SMALL, *(f"--set=minds.rates.{name}=1" for name in DEEDS)],
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_world_runs_replays_and_exports(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert manage("simulate", "rumour", "--steps", "4", *ODD[name], "--json") == 0, capsys.readouterr().err
    run = last_json(capsys)["run"]
    assert manage("replay", run, "--batch", "3", "--json") == 0
    for format in FORMATS:
        assert manage("export", run, "--format", format, "--out", tmp_path / format) == 0


def test_people_with_hostile_words_run_and_are_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "a\0b",
        "half \ud800 a pair",
        "=HYPERLINK(1)",
        "\u202eright to left",
        "x" * 20_000,
        "'",
        '"',
        "\n\r\t",
    ]
    people = [{**person(i), "bio": word, "persona": word, "realname": word} for i, word in enumerate(words)]
    file = tmp_path / "people.json"
    file.write_text(json.dumps(people))
    arguments = ["--users", file, "--steps", "3", *SMALL[1:]]
    assert manage("simulate", "rumour", *arguments, "--json") == 0, capsys.readouterr().err
    run = last_json(capsys)
    assert run["users"] == Run.objects.get(pk=run["run"]).users > 4
    for format in FORMATS:
        assert manage("export", run["run"], "--format", format, "--out", tmp_path / format) == 0
