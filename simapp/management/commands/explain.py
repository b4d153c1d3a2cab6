"""Why a user was shown what was shown, recomputed exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Explain the feed of one user at one step: source, features, weights, score and place of every post in it."""

    help = (
        "Explain a user's feed at a step: source, features, weights, score and place of each post, and with "
        "--elsewhere the place it would have had under other presets. Nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--step", type=int, required=True, help="step at which the feed was shown, from 1")
        parser.add_argument("--user", type=int, required=True, help="number of the user, from 0")
        parser.add_argument("--elsewhere", default="", help="presets with commas between them, or all")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.retracing import explain_feed

        told = explain_feed(
            run_named(options["run"]),
            options["step"],
            options["user"],
            workers=workers_from(options),
            elsewhere=presets_in(options["elsewhere"]),
        )
        for row in told["impressions"]:
            features = ", ".join(f"{name} {value:.6g}" for name, value in row["features"].items())
            places = ", ".join(f"{name} {'-' if at is None else at + 1}" for name, at in row["elsewhere"].items())
            line = f"{row['rank'] + 1:>4}  {row['score']:>12.6g}  {row['source']:<14} {features}"
            self.stdout.write(line + (f"  | {places}" if places else ""))
        self.emit(told)


def run_named(number: int) -> Any:
    """Return a run by its number; WrongInput where there is none."""
    from simapp.models import Run

    run = Run.objects.select_related("scenario_version", "parent").filter(pk=number).first()
    if run is None:
        raise WrongInput(f"There is no run {number}.")
    return run


def presets_in(text: str) -> tuple[str, ...]:
    """Return the presets that a list with commas names; `all` names every one."""
    from simapp.runs.retracing import all_presets

    if text == "all":
        return all_presets()
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
