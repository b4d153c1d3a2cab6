"""Lets go of the prompts that a run's models were shown; what they answered stays, for it is an input of the run."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from simapp.models import QuestionBatch, Run
from simapp.runs import services

OPEN = ("waiting", "taken")


def forget_prompts(*, run: Run, member: Any) -> int:
    """Let go of the prompts of a run's own steps for good; return of how many batches.

    Questions that still wait for an answer keep theirs until it is there, and a run that keeps prompts keeps those of
    its coming steps. What a fork shares with its ancestors is theirs. A deleted run's prompts go with its rows.
    """
    with transaction.atomic():
        held = QuestionBatch.objects.filter(run_id=run.rows, asked__isnull=False).exclude(status__in=OPEN)
        count = held.update(asked=None)
        services.note(member, "forget prompts", run, batches=count)
    return count
