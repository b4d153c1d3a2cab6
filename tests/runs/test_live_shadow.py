"""Presets that are scored beside a run's feed: measured at every step, and without a trace."""

from __future__ import annotations

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.threads import Workers
from simapp.metrics.shadows import FIGURES, series_name
from simapp.models import Run, RunMetric
from simapp.runs.retracing import explain_feed, shadow_report
from simapp.scenarios.problems import ScenarioInvalid
from tests.runs.small import busy, finish, make

pytestmark = pytest.mark.django_db(transaction=True)

PRESETS = ("reddit-hot", "engagement", "random")
# A feed that learns is switched in while shadows have learned for long: it must begin as if nobody had.
CHANGES = ("feed.explore=0.1", 'interventions=[{"kind": "switch_feed", "at": 5, "preset": "engagement"}]')


def run_with(*changes: str) -> Run:
    return finish(make(busy("rumour", *CHANGES, *changes), steps=8))


def shadowed(presets: tuple[str, ...] = PRESETS, viewers: int = 1000) -> Run:
    return run_with(f"feed.shadow=[{','.join(presets)}]", f"feed.shadow_viewers={viewers}")


def points(run: Run) -> dict[tuple[int, str], tuple[float | None, float | None]]:
    rows = RunMetric.objects.filter(run_id=run.pk, name__startswith="shadow_")
    return {(step, name): (value, null) for step, name, value, null in
            rows.values_list("step", "name", "value", "null_value")}  # fmt: skip


def test_a_run_with_shadows_is_the_run_without_them() -> None:
    plain, watched = run_with(), shadowed()
    assert watched.digest_hex == plain.digest_hex
    assert bytes(watched.impressions_digest) == bytes(plain.impressions_digest)
    assert not points(plain)


def test_every_step_has_every_figure_of_every_preset_beside_that_of_the_feed_itself() -> None:
    run = shadowed()
    found = points(run)
    assert {name for _, name in found} == {series_name(metric, preset) for metric in FIGURES for preset in PRESETS}
    # The whole crowd is smaller than the sample, so that the command, made anew from the founding, finds the same.
    for row in shadow_report(run, run.step, PRESETS, workers=Workers()):
        for metric, figure in FIGURES.items():
            if row["preset"] != "active":
                assert found[row["step"], series_name(metric, row["preset"])][0] == row[figure], (row["step"], metric)
    for (step, name), (value, null) in found.items():
        if step > 1 and name.startswith("shadow_overlap"):
            assert 0 <= value <= 1
            assert null == 1.0, "a feed overlaps with itself"
    assert any(0 < value < 1 for (_, name), (value, _) in found.items() if "overlap" in name and value is not None)


def test_a_sample_of_viewers_is_near_what_all_of_them_give_and_changes_nothing() -> None:
    whole, some = shadowed(("reddit-hot",)), shadowed(("reddit-hot",), viewers=10)
    assert whole.digest_hex == some.digest_hex
    name = series_name("shadow_overlap", "reddit-hot")
    pairs = [(points(whole)[step, name][0], points(some)[step, name][0]) for step in range(2, 9)]
    assert [a for a, _ in pairs] != [b for _, b in pairs]
    assert sum(a - b for a, b in pairs) / len(pairs) == pytest.approx(0, abs=0.2)


def test_the_feed_of_a_run_with_shadows_is_explained_as_that_of_any_other() -> None:
    run = shadowed()
    for user in range(run.users):
        try:
            told = explain_feed(run, 6, user, workers=Workers(), elsewhere=("reddit-hot",))
        except WrongInput:
            continue
        assert told["feed"]["name"] == "engagement"
        return
    raise AssertionError("nobody was active")


@pytest.mark.parametrize("presets", ["[magic]", "[custom]", "[random,random]", "[a,b,c,d,e,f,g]"])
def test_shadows_that_cannot_be_are_refused(presets: str) -> None:
    with pytest.raises(ScenarioInvalid, match=r"feed\.shadow"):
        busy("rumour", f"feed.shadow={presets}")
