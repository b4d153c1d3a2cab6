"""Files go as a run's rules say, a few at a time, and readers say what is no longer kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core.errors import WrongInput
from simapp.models import Run, RunFile
from simapp.runs import keeping, leases, sink
from simapp.runs.execute import execute
from simapp.runs.forks import create_fork
from simapp.runs.keeping import set_keep
from simapp.store.exporters.export import export_run
from simapp.store.files import list_files, run_folder, sweep
from simapp.store.retention import Rule, let_go, read_rule, rule_for
from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _every_step_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "EVERY", 1)


def kept(run: Run, kind: str) -> list[int]:
    return [step for step, _ in list_files(run.rows, kind, upto=10**6)]


def on_disk(run: Run, kind: str) -> list[int]:
    return sorted(int(path.name.split("-")[1]) for path in (run_folder(run.rows) / kind).glob(f"{kind}-*"))


RULES = {
    "all": list(range(1, 21)),
    "last 3": [18, 19, 20],
    "every 6": [6, 12, 18, 20],
    "last 3 every 6": [6, 12, 18, 19, 20],
    "last 500": list(range(1, 21)),
}


def test_impressions_are_kept_as_the_rule_says_and_nothing_else_goes(subtests: pytest.Subtests) -> None:
    expected = finish(make(steps=20))
    for rule, steps in RULES.items():
        with subtests.test(rule):
            run = finish(make(steps=20, keep={"impressions": rule}))
            assert (run.status, run.digest_hex) == ("finished", expected.digest_hex)
            assert kept(run, "impressions") == on_disk(run, "impressions") == steps
            assert kept(run, "opinions") == on_disk(run, "opinions") == list(range(21))


def test_a_rule_that_a_member_sets_takes_hold_while_the_run_goes_on() -> None:
    run = make(steps=20)

    def stricter(record: Any) -> None:
        if record.step == 10:
            set_keep(run=run, member=None, keep={"opinions": "last 2", "impressions": ""})

    finish(run, progress=stricter)
    assert kept(run, "opinions") == [19, 20]
    assert len(kept(run, "impressions")) == 20
    assert run.keep == {"opinions": "last 2"}


def test_what_goes_at_a_look_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    run = finish(make(steps=20))
    Run.objects.filter(pk=run.pk).update(status="running")
    lease = leases.take(run.pk, "owner")
    assert lease is not None
    done = let_go(run.pk, lease.token, run.rows, "opinions", Rule(last=2), newest=20, after=-1, most=5)
    assert (done, kept(run, "opinions")[0]) == (4, 5)
    assert let_go(run.pk, lease.token, run.rows, "opinions", Rule(last=2), newest=20, after=done, most=50) == 18
    assert kept(run, "opinions") == [19, 20]


def test_who_does_not_own_the_run_lets_nothing_go() -> None:
    run = finish(make(steps=6))
    let_go(run.pk, run.token - 1, run.rows, "opinions", Rule(last=1), newest=6, after=-1, most=50)
    assert len(on_disk(run, "opinions")) == 7


def test_a_file_that_outlived_its_mark_is_swept() -> None:
    run = finish(make(steps=6))
    RunFile.objects.filter(run_id=run.rows, kind="opinions", step=2).update(kept=False)
    assert [name.split("/")[0] for name in sweep(run.rows, run_folder(run.rows))] == ["opinions"]
    assert 2 not in on_disk(run, "opinions")


def test_a_run_that_is_taken_over_goes_on_letting_go() -> None:
    run = make(steps=20, keep={"impressions": "last 4"})
    assert execute(run.pk, stopping=lambda: Run.objects.get(pk=run.pk).step >= 9) is not None
    run = finish(run)
    assert (run.status, run.step, run.error, run.waiting) == ("finished", 20, "", "")
    assert kept(run, "impressions") == on_disk(run, "impressions") == [17, 18, 19, 20]


def test_exports_say_what_is_no_longer_kept(tmp_path: Any) -> None:
    run = finish(make(steps=12, keep={"impressions": "last 2", "opinions": "every 4"}))
    made = finish(create_fork(run=run, at=11, member=None))
    for number, out in ((run.pk, "one"), (made.pk, "two")):
        manifest = export_run(number, "csv", tmp_path / out)
        said = " ".join(manifest["notes"])
        assert "The impressions of " in said
        assert "of steps 1 to 10, are no longer kept" in said
        assert "The opinions of " in said
        assert json.loads((tmp_path / out / "manifest.json").read_text())["notes"] == manifest["notes"]
    shown = (tmp_path / "one" / "impressions.csv").read_text().splitlines()
    assert {line.split(",")[0] for line in shown[1:]} == {"11", "12"}
    assert "no longer kept" not in " ".join(export_run(finish(make(steps=3)).pk, "csv", tmp_path / "all")["notes"])
    assert export_run(run.pk, "oasis", tmp_path / "oasis")["notes"]


def test_snapshots_are_kept_as_the_rule_says(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every fifth step, however long one takes here: a busy machine would leave too few to choose from.
    monkeypatch.setattr(sink, "SNAPSHOT_SHARE", 1e9)
    run = finish(make(steps=60, keep={"snapshots": "last 2 every 20"}))
    held = kept(run, "snapshot")
    assert len(held) >= 4
    assert {step // 20 for step in held} == {0, 1, 2, 3}
    assert on_disk(run, "snapshot") == held


@given(st.lists(st.integers(0, 500), unique=True).map(sorted), st.integers(0, 9), st.integers(0, 60))
def test_old_snapshots_never_include_the_newest_two(steps: list[int], last: int, every: int) -> None:
    old = Rule(last, every).old_snapshots(steps)
    left = [step for step in steps if step not in old]
    assert left[-2:] == steps[-2:]
    if last or every:
        assert len(left) <= max(last, 2) + (len({s // every for s in steps}) if every else 0)


@pytest.mark.parametrize(
    "text", ["", "last", "every", "last 0", "every 0", "last -3", "first 3", "last 3 every", "3", "every 2 last 3"]
)
def test_a_rule_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(WrongInput, match="impressions is"):
        read_rule(text, "impressions")


def test_a_run_goes_by_its_own_rule_or_by_the_installations(settings: Any) -> None:
    settings.SOCIARIUM_KEEP = {"impressions": "last 7", "opinions": "all", "snapshots": "last 4"}
    assert rule_for({}, "impressions") == Rule(last=7)
    assert rule_for({"impressions": "Every  3"}, "impressions") == Rule(every=3)
    with pytest.raises(WrongInput, match="keep names 'likes'"):
        make(keep={"likes": "all"})
