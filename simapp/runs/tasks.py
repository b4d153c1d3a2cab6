"""Celery tasks: ids in, nothing out. Whatever is lost on the way is sent again by the reconciler."""

from __future__ import annotations

from celery import shared_task

EXECUTE = "simapp.runs.execute_run"
EXPORT = "simapp.runs.make_export"
PROBE = "simapp.runs.answer_probe"
DROP = "simapp.runs.drop_deleted"
DECIDE = "simapp.runs.decide_batch"
CHECK = "simapp.runs.check_endpoint"
FORECAST = "simapp.runs.forecast_models"
GAPS = "simapp.runs.measure_gaps"
LAYOUT = "simapp.runs.lay_out_network"
EXPLAIN = "simapp.runs.explain_feed"


@shared_task(name=EXECUTE, queue="runs", ignore_result=True)
def execute_run(run_id: int) -> None:
    """Own a run until it is over, paused for long, or lost. A second copy of the task finds the lease taken."""
    from simapp.celery import stopping
    from simapp.runs.execute import execute

    execute(run_id, stopping=stopping)


@shared_task(name=EXPORT, queue="decisions", ignore_result=True)
def make_export(export_id: int) -> None:
    """Write an export and report its progress."""
    from simapp.runs.exports import make

    make(export_id)


@shared_task(name=PROBE, queue="decisions", ignore_result=True)
def answer_probe(probe_id: int) -> None:
    """Answer an interview on a clone of the run's world."""
    from simapp.runs.probes import answer

    answer(probe_id)


@shared_task(name=DROP, queue="decisions", ignore_result=True)
def drop_deleted(run_id: int) -> None:
    """Drop a deleted run, if nothing needs it, and what was kept for it alone."""
    from simapp.runs.deletion import drop

    drop(run_id)


@shared_task(name=DECIDE, queue="decisions", ignore_result=True)
def decide_batch(batch_id: int) -> None:
    """Ask a model the questions of a batch, and keep its replies. A second copy of the task finds the batch taken."""
    from simapp.runs.answering import answer_batch

    answer_batch(batch_id)


@shared_task(name=CHECK, queue="decisions", ignore_result=True)
def check_endpoint(endpoint_id: int) -> None:
    """Ask an endpoint's server what it can do."""
    from simapp.runs.endpoints import check

    check(endpoint_id)


@shared_task(name=FORECAST, queue="decisions", ignore_result=True)
def forecast_models(forecast_id: int) -> None:
    """Forecast what a scenario's models will take."""
    from simapp.runs.model_forecasts import make

    make(forecast_id)


@shared_task(name=GAPS, queue="decisions", ignore_result=True)
def measure_gaps(run_id: int) -> None:
    """Measure how far a run's groups are from their members, as of its newest snapshot."""
    from simapp.runs.fidelity_gaps import measure

    measure(run_id)


@shared_task(name=LAYOUT, queue="decisions", ignore_result=True)
def lay_out_network(layout_id: int) -> None:
    """Compute where the users of a run's network are drawn."""
    from simapp.runs.layouts import make

    make(layout_id)


@shared_task(name=EXPLAIN, queue="decisions", ignore_result=True)
def explain_feed(explanation_id: int) -> None:
    """Find why a user was shown what was shown at a step."""
    from simapp.runs.explaining import make

    make(explanation_id)
