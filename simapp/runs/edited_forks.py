"""A fork and the edit that starts it: other settings from a step on, one intervention at that step, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from simapp.engine.core.errors import WrongInput
from simapp.models import Audit, Run
from simapp.runs import forks, services, steering
from simapp.runs.wishes import wish_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def fork_with(
    *,
    run: Run,
    at: int,
    member: Any,
    changes: Sequence[str] = (),
    said: Mapping[str, Any] | None = None,
    title: str = "",
    inputs: bool = True,
) -> Run:
    """Fork `run` after step `at`; the fork differs by `changes` and by `said`, done at its first own step.

    changes, inputs: as in `forks.create_fork`. said: as in `steering.intervene`. All of it or nothing is made. Raises
    ScenarioInvalid, WrongInput or Refused with one sentence; WrongInput where there is nothing that differs.
    """
    if not changes and said is None:
        raise WrongInput("The fork would be an exact copy: change a setting, or tick the intervention.")
    with transaction.atomic():
        made = forks.create_fork(run=run, at=at, member=member, changes=changes, title=title, inputs=inputs)
        if said is not None:
            # Nobody else knows of it yet, so its row is as good as locked.
            steering.add(made, member, wish_of(made, said, at + 1), at + 1)
        services.send_after_commit(made.pk)
    return made


def differences(run: Run) -> tuple[list[str], list[dict[str, Any]]]:
    """Return by what a fork was made to differ: settings as `path=value`, and interventions {"kind", "settings"}."""
    noted = Audit.objects.filter(run=run)
    made = noted.filter(action="fork").order_by("pk").first()
    if made is None or run.fork_step is None:
        return [], []
    done = noted.filter(action="intervene", detail__step=run.fork_step + 1).order_by("pk")
    details = done.values_list("detail", flat=True)
    return list(made.detail.get("changes", ())), [
        {"kind": detail["kind"], "settings": detail["settings"]} for detail in details
    ]
