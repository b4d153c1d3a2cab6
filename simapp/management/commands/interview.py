"""Ask users of a run a question; the run is not touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import CommandError, StackCommand
from simapp.management.workers import add_worker_options, workers_from

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Interview users on a clone of the run's world; the answers are kept in a log of their own."""

    help = "Ask users of a run a question, on a clone of its world; the run and its digest are untouched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run")
        parser.add_argument("--users", required=True, help="whom to ask, such as 1,2,5-7")
        parser.add_argument("--prompt", required=True, help="the question")
        parser.add_argument("--step", type=int, help="the step after which to ask (default: the last one)")
        add_worker_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.engine.core.batches import TIERS
        from simapp.models import Run, RunProbe
        from simapp.runs import probes
        from simapp.runs.services import Refused

        workers = workers_from(options)
        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            raise WrongInput(f"There is no run {options['run']}.")
        try:
            probe = probes.create(
                run=run,
                member=None,
                users=probes.read_users(options["users"]),
                prompt=options["prompt"],
                step=options["step"],
            )
        except Refused as problem:
            raise WrongInput(str(problem)) from None
        probe = probes.answer(probe.pk, workers=workers)
        answers = [
            {"user": row.user_id, "tier": TIERS[row.tier], "response": row.response}
            for row in RunProbe.objects.filter(probe_id=probe.pk).order_by("seq")
        ]
        for said in answers:
            self.stdout.write(f"user {said['user']}: {said['response'] or 'no answer that could be read'}")
        if probe.doing:
            self.stdout.write(probe.doing)
        if probe.status != "done":
            raise CommandError(probe.error or f"The interview is {probe.status}.", returncode=1)
        self.emit_answers(run.pk, probe, answers)

    def emit_answers(self, run_id: int, probe: Any, answers: list[dict[str, Any]]) -> None:
        """Give the result; without --json the answers were printed already."""
        data = {"run": run_id, "step": probe.step, "interview": probe.pk, "prompt": probe.prompt, "models": probe.doing}
        self.emit({**data, "answers": answers} if self._json else data)
