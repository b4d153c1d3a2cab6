"""Cohorts: a named set of a run's users, by which its views are narrowed (`?cohort=ID`)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import IntegrityError, transaction

from simapp.engine.core.errors import WrongInput
from simapp.models import Cohort
from simapp.runs import services
from simapp.store.cohorts import packed

if TYPE_CHECKING:
    from django.http import HttpRequest
    from numpy.typing import NDArray

    from simapp.models import Run

MOST_USERS = 1_000_000
MOST_COHORTS = 200  # of a run
LONGEST_NAME = 80
_LARGEST = 2**31 - 1


def cohort_of(request: HttpRequest, run: Run) -> NDArray[np.int32] | None:
    """Return the users int32[n] of `?cohort=`, ascending; None without one. ValueError with one sentence."""
    held = asked_cohort(request, run)
    return None if held is None else held.users


def asked_cohort(request: HttpRequest, run: Run) -> Cohort | None:
    """Return the cohort that `?cohort=` names, None without one. ValueError with one sentence for anything else."""
    text = request.GET.get("cohort", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise ValueError("cohort must be the number of a cohort of this run.")
    held = Cohort.objects.filter(run=run, pk=int(text)).select_related("member").first()
    if held is None:
        msg = f"cohort {text} is none of this run; it may have been deleted."
        raise ValueError(msg)
    return held


def make_cohort(
    *, run: Run, member: Any, name: str, users: NDArray[np.int32], source: str, step: int
) -> Cohort:
    """Keep users as a cohort under a name. Raises WrongInput that names the field, Refused where there are too many."""
    said = _checked_name(name)
    chosen = np.unique(np.asarray(users, np.int64))
    if not chosen.shape[0]:
        raise WrongInput("users is empty; a cohort has at least one user.")
    if chosen.shape[0] > MOST_USERS:
        msg = f"users names {chosen.shape[0]} users; a cohort has at most {MOST_USERS}."
        raise WrongInput(msg)
    if chosen[0] < 0 or chosen[-1] >= run.users:
        wrong = int(chosen[0] if chosen[0] < 0 else chosen[-1])
        msg = f"users names {wrong}; the run has users 0 to {run.users - 1}."
        raise WrongInput(msg)
    if Cohort.objects.filter(run=run).count() >= MOST_COHORTS:
        msg = f"The run has {MOST_COHORTS} cohorts; delete one first."
        raise services.Refused(msg)
    numbers = chosen.astype(np.int32)
    try:
        with transaction.atomic():
            made = Cohort.objects.create(
                run=run, name=said, packed=packed(numbers), size=numbers.shape[0], source=source[:200], step=step,
                member=member if getattr(member, "pk", None) else None,
            )  # fmt: skip
            services.note(member, "make_cohort", run, cohort=made.pk, name=said, users=made.size)
    except IntegrityError:
        msg = f"name is {said!r}; the run has a cohort of that name already."
        raise WrongInput(msg) from None
    return made


def delete_cohort(*, run: Run, member: Any, cohort_id: int) -> None:
    """Delete a cohort of the run; nothing else depends on it. Raises WrongInput where there is none."""
    with transaction.atomic():
        held = Cohort.objects.filter(run=run, pk=cohort_id).first()
        if held is None:
            msg = f"cohort is {cohort_id}; the run has no such cohort."
            raise WrongInput(msg)
        services.note(member, "delete_cohort", run, cohort=cohort_id, name=held.name, users=held.size)
        held.delete()


def read_numbers(text: str, known: int) -> NDArray[np.int32]:
    """Return the user numbers that a person wrote, such as `1, 2 5-7`; `known` users exist. WrongInput names users."""
    parts: list[NDArray[np.int64]] = []
    held = 0
    for word in text.replace(",", " ").replace(";", " ").split():
        low, dash, high = word.partition("-")
        ends = (low, high) if dash else (low,)
        if not all(end.isascii() and end.isdecimal() and len(end) < 11 for end in ends):
            msg = f"users holds {word[:40]!r}; it must be user numbers such as 1, 2, 5-7."
            raise WrongInput(msg)
        first, last = int(low), int(high) if dash else int(low)
        if last < first or last >= min(known, _LARGEST):
            msg = f"users holds {word[:40]}; the run has users 0 to {known - 1}, and a range goes up."
            raise WrongInput(msg)
        held += last - first + 1
        if held > MOST_USERS:
            msg = f"users names more than {MOST_USERS} users, the most of a cohort."
            raise WrongInput(msg)
        parts.append(np.arange(first, last + 1))
    if not parts:
        raise WrongInput("users is empty; it must be user numbers such as 1, 2, 5-7.")
    return np.unique(np.concatenate(parts)).astype(np.int32)


def _checked_name(name: str) -> str:
    said = " ".join(name.split())
    if not said:
        raise WrongInput("name is empty; a cohort has a name.")
    if len(said) > LONGEST_NAME:
        msg = f"name has {len(said)} characters; at most {LONGEST_NAME} are accepted."
        raise WrongInput(msg)
    wrong = next((c for c in said if unicodedata.category(c) in {"Cc", "Cf", "Cs"}), None)
    if wrong is not None:
        msg = f"name holds the control character U+{ord(wrong):04X}; it must be plain text."
        raise WrongInput(msg)
    return said
