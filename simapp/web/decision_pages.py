"""Decisions of a run: the list of those that models made, and the record of any one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from simapp.models import ModelReply, QuestionBatch, Run
from simapp.runs import access
from simapp.runs.cohorts import asked_cohort
from simapp.runs.decisions import asks_models, counts_of, record_of
from simapp.runs.points import past_of
from simapp.runs.prompts import forget_prompts
from simapp.web import decision_effects, decision_words, run_feed
from simapp.web.bad_requests import bad_request
from simapp.web.numbers import three_digits
from simapp.web.run_frame import at_of, render_view

if TYPE_CHECKING:
    from django.http import HttpRequest

    from simapp.models import Cohort
    from simapp.runs.decisions import Record

PAGE = 50
TIERS = ("endpoint", "local")
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to: an outcome, a tier, a user; before: the cursor "step.user" of a page.

    at: the step up to which it goes, None for all. cohort: only decisions of its users.
    """

    outcome: str = ""
    tier: str = ""
    user: int | None = None
    before: tuple[int, int] | None = None
    at: int | None = None
    cohort: Cohort | None = None

    @classmethod
    def of(cls, request: HttpRequest, run: Run) -> Filters:
        """Read the query. Raises ValueError with one sentence."""
        outcome, tier, user, before = (
            request.GET.get(name, "") for name in ("outcome", "tier", "user", "before")
        )
        if outcome not in ("", *decision_words.OUTCOMES) or tier not in ("", *TIERS):
            outcomes = ", ".join(decision_words.OUTCOMES)
            msg = f"outcome must be one of {outcomes}, and tier one of {', '.join(TIERS)}."
            raise ValueError(msg)
        if user and not _whole(user.removeprefix("-")):
            raise ValueError("user must be a whole number.")
        place = before.split(".")
        if before and not (len(place) == 2 and _whole(place[0]) and _whole(place[1].removeprefix("-"))):
            raise ValueError("before must be a step and a user, as in 12.34.")
        cursor = (min(int(place[0]), LARGEST), max(min(int(place[1]), LARGEST), -LARGEST)) if before else None
        number = max(min(int(user), LARGEST), -LARGEST) if user else None
        return cls(outcome, tier, number, cursor, at_of(request, run), asked_cohort(request, run))

    def narrowed(self, rows: Any) -> Any:
        """Return the rows that fit, the newest first."""
        for name in ("outcome", "tier"):
            if value := getattr(self, name):
                rows = rows.filter(**{name: value})
        if self.user is not None:
            rows = rows.filter(user_id=self.user)
        if self.cohort is not None:
            # As one value: a cohort can have more users than a question has places.
            rows = rows.filter(RawSQL("user_id = ANY(%s)", [self.cohort.users.tolist()], BooleanField()))
        if self.at is not None:
            rows = rows.filter(step__lte=self.at)
        if self.before is not None:
            step, user = self.before
            rows = rows.filter(step__lte=step).exclude(step=step, user_id__gte=user)
        return rows.order_by("-step", "-user_id")

    def query(self, last: ModelReply) -> str:
        """Return the query of the page after a row."""
        kept: dict[str, Any] = {"outcome": self.outcome, "tier": self.tier, "user": self.user, "at": self.at}
        kept["cohort"] = self.cohort.pk if self.cohort else None
        said = {name: value for name, value in kept.items() if value not in ("", None)}
        return "?" + urlencode({**said, "before": f"{last.step}.{last.user_id}"})


@require_safe
def decisions(request: HttpRequest, run_id: int) -> HttpResponse:
    """List what models were asked up to the step that is looked at, newest first."""
    run = _run(request, run_id)
    try:
        filters = Filters.of(request, run)
    except ValueError as problem:
        return bad_request(problem)
    rows = filters.narrowed(ModelReply.objects.filter(past_of(run))).defer("text", "first", "options")
    found = list(rows.annotate(said=Left("text", 200))[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    counts = counts_of(run)
    context = {
        "run": run,
        "at": filters.at,
        "path": request.get_full_path(),
        "rows": decision_words.rows(run, found),
        "filters": filters,
        "outcomes": decision_words.OUTCOMES.items(),
        "tiers": TIERS,
        "older": filters.query(found[-1]) if more else "",
        "total": sum(counts.values()),
        "prompts": QuestionBatch.objects.filter(run_id=run.rows, asked__isnull=False).exists(),
        "may_forget": access.may_steer(request.user, run),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "run/decisions.html#list", context)
    return render_view(request, run, "decisions", "run/decisions.html", context)


@require_safe
def decision(request: HttpRequest, run_id: int, user: int, step: int) -> HttpResponse:
    """Show the record of one user's step."""
    run = _run(request, run_id)
    if user >= run.users or not 1 <= step <= run.step:
        raise Http404("There is no such decision.")
    return _record(request, run, record_of(run, user, step))


@require_safe
def group_decision(request: HttpRequest, run_id: int, step: int, number: int) -> HttpResponse:
    """Show the record of a question about a group of users (an archetype), by its number in the step."""
    run = _run(request, run_id)
    if not 1 <= step <= run.step or number > LARGEST - 1:
        raise Http404("There is no such decision.")
    record = record_of(run, -1 - number, step)
    if record.reply is None:
        raise Http404("There is no such decision.")
    return _record(request, run, record)


@require_POST
def forget(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let the run's prompts go, once that is confirmed."""
    run = _run(request, run_id)
    if request.POST.get("confirm") != "on":
        messages.error(request, "Nothing was done: tick the box to confirm it.")
    else:
        count = forget_prompts(run=run, member=request.user)
        messages.success(
            request, f"The prompts of {count} batch{'' if count == 1 else 'es'} are gone; the replies stay."
        )
    return redirect("run:decisions", run.pk)


def _record(request: HttpRequest, run: Run, record: Record) -> HttpResponse:
    asks = asks_models(run.scenario_version.document)
    context = {
        "run": run,
        "at": record.step,
        **told_of(run, record),
        "earlier": record.step - 1 if record.step > 1 else None,
        "later": record.step + 1 if record.step < run.step else None,
        # Step 0 has no decisions: it stands for any step.
        "steps_url": reverse("run:decision", args=[run.pk, record.user, 0]) if record.user >= 0 else "",
    }
    key = "decisions" if asks and record.reply is not None else "users"
    return render_view(request, run, key, "run/decision.html", context)


def told_of(run: Run, record: Record) -> dict[str, Any]:
    """Return what a record says, for run/decision_body.html."""
    # As the user saw them: before anything of this step was done.
    keys = {one.post for one in record.shown} | {one.post for one in record.done if one.post >= 0}
    posts = run_feed.as_shown(run, {one.post for one in record.shown}, record.step - 1, record.step)
    about = decision_words.about(run, record, keys - set(posts))
    handle = run_feed.handles_of(run, {record.user}).get(record.user, "") if record.user >= 0 else ""
    return {
        "record": record,
        "handle": handle,
        "group": -1 - record.user if record.user < 0 else None,
        "feed": [(one.rank + 1, three_digits(one.score), posts.get(one.post), str(one.post)) for one in record.shown],
        "done": decision_words.done(run, record, about),
        "deeds": decision_words.deeds(record),
        "facts": decision_words.facts(record),
        "why": decision_words.why(record),
        "effects": decision_effects.moved(run, record.user, record.step) if record.user >= 0 else [],
    }


def _run(request: HttpRequest, run_id: int) -> Run:
    try:
        return access.get_run(request.user, run_id)
    except Run.DoesNotExist:
        raise Http404("There is no such run.") from None


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11


urlpatterns = [
    path("decisions/", decisions, name="decisions"),
    path("decisions/<int:step>/groups/<int:number>/", group_decision, name="group-decision"),
    path("users/<int:user>/decisions/<int:step>/", decision, name="decision"),
    path("forget-prompts", forget, name="forget-prompts"),
]
