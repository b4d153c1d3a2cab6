"""The methods sentence of an experiment, made of what ran and of nothing else."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from simapp.experiments.grid import Grid
from simapp.models import Cell, Experiment, RunInput
from simapp.statistics.intervals import FEWEST_FOR_BOOTSTRAP, RESAMPLES
from simapp.statistics.signflip import FLIPS, MOST_EXACT

if TYPE_CHECKING:
    from simapp.experiments.results import Results


def methods_of(results: Results) -> str:
    """Return some sentences for a methods section."""
    experiment, grid = results.experiment, results.grid
    parts = [_what(experiment, grid), _arms(grid), _came_of_it(experiment, grid)]
    if results.tests:
        parts.append(_analysis(results))
    return " ".join(part for part in parts if part)


def _what(experiment: Experiment, grid: Grid) -> str:
    source = experiment.version
    title = source.document.get("title", source.scenario.title)
    last = experiment.first_seed + experiment.replicates - 1
    many = len(grid.arms)
    seeds = f"seed {last}" if experiment.replicates == 1 else f"seeds {experiment.first_seed} to {last}"
    shared = ", the same in every arm, so that arms share their random draws" if many > 1 else ""
    return (
        f"{_count(many, 'arm')} of {_count(experiment.replicates, 'replicate')} each of the scenario "
        f"\u201c{title}\u201d (version {source.number}, SHA-256 {source.document_sha256[:12]}) ran for "
        f"{_count(experiment.steps, 'step')} with {seeds}{shared} (Sociarium {_release()})."
    )


def _arms(grid: Grid) -> str:
    said = [
        f"{arm.name}: {'; '.join(arm.changes) if arm.changes else 'the scenario as it is'}"
        for arm in grid.arms
    ]
    return f"Arms, the control first: {' | '.join(said)}."


def _came_of_it(experiment: Experiment, grid: Grid) -> str:
    counts = ", ".join(f"{number} {status}" for status, number in grid.counts.items())
    again = Cell.objects.filter(arm__experiment=experiment, attempt__gt=1).count()
    more = f"; {_count(again, 'run')} repeated one that had failed or was stopped" if again else ""
    return f"Of {_count(len(grid.places), 'run')}: {counts}{more}.{_steered(grid)}"


def _steered(grid: Grid) -> str:
    """What members did inside runs: then an arm is no longer its setting alone."""
    rows = [run.rows for run in grid.runs()]
    touched = (
        RunInput.objects.filter(run_id__in=rows, member_id__isnull=False).values("run_id").distinct().count()
    )
    return f" In {_count(touched, 'run')} a member intervened while it ran." if touched else ""


def _analysis(results: Results) -> str:
    experiment = results.experiment
    found = [one.found for metric in results.metrics for one in metric.contrasts]
    read = (
        "its value at the last step" if experiment.reading == "last" else "its mean over steps 1 to the last"
    )
    pairs = sorted({one.n for one in found})
    span = str(pairs[0]) if len(pairs) == 1 else f"{pairs[0]} to {pairs[-1]}"
    tests = [one.test for one in found if one.test]
    kinds = []
    if any(test.exact for test in tests):
        kinds.append("over all flips of signs")
    if not all(test.exact for test in tests):
        kinds.append(f"over {FLIPS} seeded flips where more than {MOST_EXACT} differences are not zero")
    how = " and ".join(kinds) or "over all flips of signs"
    return (
        f"Of each metric, {read} was compared with the control's, paired by seed ({span} pairs): mean difference with "
        f"its 95 % interval by Student's t and, from {FEWEST_FOR_BOOTSTRAP} pairs on, by the BCa bootstrap "
        f"({RESAMPLES} resamples; Efron 1987); Cohen's d_z and Hedges' g (Hedges 1981); two-sided sign-flip "
        f"permutation test {how}, its p adjusted over {_count(results.tests, 'test')} after Holm (1979). The unit is "
        "the run."
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _release() -> str:
    try:
        return version("sociarium")
    except PackageNotFoundError:
        return "from a checkout"
