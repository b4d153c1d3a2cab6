"""The list of experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simapp.models import Arm, Cell, Experiment
from simapp.runs.access import experiments_for
from simapp.web.paging import page_of, query_without_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    experiment: Experiment
    arms: int
    counts: dict[str, int]

    @property
    def cells(self) -> int:
        """Arms times replicates."""
        return self.arms * self.experiment.replicates

    @property
    def finished(self) -> int:
        """How many of them have finished."""
        return self.counts.get("finished", 0)

    @property
    def state(self) -> str:
        """What most needs to be said of the cells together."""
        for status in ("running", "queued", "paused", "failed", "stopped"):
            if self.counts.get(status):
                return status
        return "finished" if self.finished == self.cells else "stopped"

    @property
    def word(self) -> str:
        """The same in words: how many failed, where not all did the same."""
        many = self.counts.get(self.state, 0)
        return (
            f"{many} {self.state}" if self.state in ("failed", "stopped", "paused") and many else self.state
        )


@require_safe
def experiments(request: HttpRequest) -> HttpResponse:
    """Show the member's experiments, newest first; htmx asks for the table alone, again and again."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = experiments_for(request.user).defer("version__document").order_by("-pk")
    if q:
        found = found.filter(title__icontains=q)
    page = page_of(request, found)
    context = {
        "page": page,
        "rows": _rows(list(page.object_list)),
        "query": query_without_page(request),
        "q": q,
        "path": request.get_full_path(),
    }
    part = "#table" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"experiments.html{part}", context)


def _rows(found: Sequence[Experiment]) -> list[Row]:
    arms = dict(
        Arm.objects.filter(experiment__in=found).order_by().values_list("experiment").annotate(n=Count("pk"))
    )
    newest = (
        Cell.objects.filter(arm__experiment__in=found)
        .order_by()
        .values("arm", "replicate")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    counts: dict[int, dict[str, int]] = {}
    standing = Cell.objects.filter(pk__in=newest, run__deleted=None).order_by()
    for experiment, status, many in standing.values_list("arm__experiment", "run__status").annotate(
        n=Count("pk")
    ):
        counts.setdefault(experiment, {})[status] = many
    return [Row(one, arms.get(one.pk, 0), counts.get(one.pk, {})) for one in found]
