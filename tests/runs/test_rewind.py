"""A rewound run goes on from the step it went back to; what it did after that stays readable, apart."""

from __future__ import annotations

from typing import Any

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import Run, RunStep
from simapp.runs import leases, messages, services
from simapp.runs.execute import execute
from simapp.runs.forks import create_fork
from simapp.runs.points import points_after
from simapp.runs.replaying import replay
from simapp.runs.rewinds import rewind
from simapp.runs.services import Refused
from simapp.store.exporters.export import export_run
from simapp.store.exporters.source import Source
from tests.runs.small import finish, make
from tests.runs.test_disturbed import to_its_end

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 12


def go_on(run: Run) -> Run:
    services.resume(run=run, member=None)
    return finish(run)


def test_a_rewound_run_is_paused_at_the_step_and_its_tail_is_kept(owner: Any) -> None:
    run = finish(make(steps=STEPS, owner=owner))
    digest, events, kept = run.digest_hex, run.events, points_after(run, -1).rows
    tail = rewind(run=run, to=5, member=owner)
    assert (run.status, run.wanted, run.step, run.ended, run.owner) == ("paused", "pause", 5, None, owner)
    assert run.digest_hex == bytes(RunStep.objects.get(run_id=tail.rows, step=5).digest).hex()
    assert (tail.status, tail.step, tail.digest_hex, tail.events) == ("finished", STEPS, digest, events)
    assert tail.tail_of == run
    assert points_after(tail, -1).rows == kept
    assert points_after(run, -1).rows == kept[:6]
    run = go_on(run)
    assert (run.status, run.step, run.digest_hex, run.events) == ("finished", STEPS, digest, events)
    assert points_after(run, -1).rows == kept
    for each in (run, tail):
        assert replay(each, workers=Workers(1)).differs_at is None


def test_a_run_can_be_rewound_again_and_again_also_further_back(monkeypatch: pytest.MonkeyPatch) -> None:
    run = finish(make(steps=STEPS))
    digest = run.digest_hex
    first = rewind(run=run, to=8, member=None)
    second = rewind(run=run, to=3, member=None)
    assert (first.step, second.step, run.step, run.rewinds) == (STEPS, 8, 3, 2)
    services.resume(run=run, member=None)
    run = to_its_end(run, [("in rank", 4), ("after commit", 6)], monkeypatch)
    third = rewind(run=run, to=6, member=None)
    run = go_on(run)
    for each in (run, first, third):
        assert each.digest_hex == digest
        assert replay(each, workers=Workers(1)).differs_at is None
    assert list(run.tails.order_by("pk")) == [first, second, third]


def test_the_owner_of_a_run_that_is_rewound_loses_it_and_writes_nothing() -> None:
    expected = finish(make(steps=STEPS))
    run = make(steps=STEPS)

    def back(record: Any) -> None:
        if record.step == 7:
            rewind(run=run, to=4, member=None)

    assert execute(run.pk, progress=back) is None
    run.refresh_from_db()
    assert (run.status, run.step, run.lease_until, run.owner_name) == ("paused", 4, None, "")
    assert not RunStep.objects.filter(run_id=run.rows).exists()
    assert RunStep.objects.filter(run_id=run.pk).count() == 8
    assert go_on(run).digest_hex == expected.digest_hex


def test_a_beat_of_the_owner_that_lost_the_run_changes_nothing() -> None:
    run = finish(make(steps=4))
    Run.objects.filter(pk=run.pk).update(status="running", steps=9)
    lease = leases.take(run.pk, "old owner")
    assert lease is not None
    rewind(run=run, to=2, member=None)
    assert not leases.renew(lease, {"stage": "commit"})
    assert not leases.release(lease, status="failed")
    run.refresh_from_db()
    assert (run.status, run.heartbeat, run.lease_until) == ("paused", {}, None)


def test_forks_at_later_steps_become_forks_of_the_tail() -> None:
    run = finish(make(steps=STEPS))
    early, late = (create_fork(run=run, at=at, member=None) for at in (3, 9))
    tail = rewind(run=run, to=6, member=None)
    for made in (early, late):
        made.refresh_from_db()
    assert (early.parent, late.parent) == (run, tail)
    for made in (early, late, create_fork(run=run, at=2, member=None), create_fork(run=tail, at=11, member=None)):
        assert finish(made).digest_hex == tail.digest_hex


def test_who_watches_is_told_that_steps_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    run, said = finish(make(steps=4)), []
    monkeypatch.setattr(messages, "publish", said.append)
    rewind(run=run, to=2, member=None)
    assert [(m.type, m.step, m.status, m.rewinds) for m in said] == [("state", 2, "paused", 1)]


def test_exports_of_the_run_and_of_its_tail_have_each_its_own_steps(tmp_path: Any) -> None:
    run = finish(make(steps=6))
    tail = rewind(run=run, to=2, member=None)
    for each, steps in ((run, 3), (tail, 7)):
        export_run(each.pk, "csv", tmp_path / str(each.pk))
        lines = (tmp_path / str(each.pk) / "steps.csv").read_text().splitlines()
        assert len(lines) == steps + 1
    assert [s.run_id for s in Source.of(run.pk).segments] == [tail.rows]


@pytest.mark.parametrize(("to", "sentence"), [(-1, "to is -1"), (7, "to is 7; run .* has steps 0 to 6")])
def test_a_step_that_the_run_does_not_have_is_refused(to: int, sentence: str) -> None:
    run = finish(make(steps=6))
    with pytest.raises(WrongInput, match=sentence):
        rewind(run=run, to=to, member=None)


def test_what_cannot_be_rewound_is_refused_and_stays_as_it_is() -> None:
    run = finish(make(steps=6))
    with pytest.raises(Refused, match="nothing to take off"):
        rewind(run=run, to=6, member=None)
    made = finish(create_fork(run=run, at=4, member=None, changes=["minds.rates.like=0.9"]))
    with pytest.raises(Refused, match=f"Fork run {run.pk} there"):
        rewind(run=made, to=2, member=None)
    tail = rewind(run=made, to=4, member=None)
    with pytest.raises(Refused, match="archived tail"):
        rewind(run=tail, to=5, member=None)
    assert go_on(made).digest_hex == tail.digest_hex
    assert Run.objects.count() == 3
