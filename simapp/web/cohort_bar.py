"""The choice of a cohort above every view of a run, and what a view does with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simapp.web.numbers import thousands

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Cohort, Run

# What is dropped from an address when the cohort changes: places in a list that is another one then.
_PLACES = ("cohort", "after", "before", "page", "cascade")
# What a view shows where it is not narrowed to the cohort.
_EVERYBODY = {
    "overview": "Shown here is everybody; the cohort’s opinions stand first in the overview.",
    "health": "Shown here is everybody; the cohort’s opinions stand first in the overview.",
    "interventions": "Shown are the interventions of the whole run.",
    "interviews": "Shown are the interviews with anybody.",
}


@dataclass(frozen=True)
class CohortBar:
    """chosen: the cohort that is looked at, None for everybody; cohorts: those of the run; to: the view's address;
    kept: the rest of the query, which stays; note: what the view shows all the same."""

    chosen: Cohort | None
    cohorts: list[Cohort]
    to: str
    kept: list[tuple[str, str]]
    note: str

    @property
    def size(self) -> str:
        """How many users are looked at."""
        return thousands(self.chosen.size) if self.chosen else ""


def cohort_bar(request: HttpRequest, run: Run, view: str, to: str, asked: str) -> CohortBar | None:
    """Return the choice for a view of the run at `to`; None where it has no cohorts. asked: `run_frame.cohort_in`."""
    cohorts = list(run.cohorts.defer("packed"))
    if not cohorts:
        return None
    chosen = next((one for one in cohorts if str(one.pk) == asked.lstrip("0")), None)
    # From a part of a view, such as one user, a choice leads to the view.
    part = request.path != to
    kept = [(name, value) for name, value in request.GET.items() if not part and name not in _PLACES and value]
    return CohortBar(chosen, cohorts, to, kept, _EVERYBODY.get(view, "") if chosen else "")
