"""One past step of a run, for whatever of its page shows that step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

from simapp.runs.points import step_at
from simapp.web.run_frame import number, open_run

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
def moment(request: HttpRequest, run_id: int) -> JsonResponse:
    """The step `at` as its message told it: metrics, counts, histogram, digest; 404 where there is none."""
    run = open_run(request, run_id)
    try:
        at = number(request, "at", run.step)
    except ValueError as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    found = step_at(run, at)
    if found is None:
        return JsonResponse({"error": f"at is {at}; the run has steps 0 to {run.step}."}, status=404)
    return JsonResponse(found.model_dump(mode="json"))


urlpatterns = [path("moment", moment, name="moment")]
