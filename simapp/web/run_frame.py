"""What the views of a run share: finding it, the step that is looked at, and the frame around each view.

A view is one file with its address, one line in `VIEWS`, and a template that extends `run/frame.html`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from simapp.models import Run
from simapp.runs import access
from simapp.runs.decisions import asks_models
from simapp.runs.points import newest_step
from simapp.web import run_branches, run_words, share_menu
from simapp.web.cohort_bar import cohort_bar

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LARGEST = 2**31 - 1

# (key, label, name of the address). Those with one address are one page between whose parts its script switches.
VIEWS = (
    ("overview", "Overview", "run:page"),
    ("feed", "Feed", "run:feed-view"),
    ("network", "Network", "run:network"),
    ("cascades", "Cascades", "run:cascades"),
    ("users", "Users", "run:users"),
    ("interventions", "Interventions", "run:interventions"),
    ("health", "Health", "run:page"),
    ("interviews", "Interviews", "run:interviews"),
    ("decisions", "Decisions", "run:decisions"),
)
LETTERS = {
    "overview": "o", "feed": "f", "network": "n", "cascades": "c", "users": "u", "interventions": "i", "health": "h",
    "interviews": "v", "decisions": "d",
}  # fmt: skip


@dataclass(frozen=True)
class Tab:
    """One way on. here: it is a part of this very page; letter: what is pressed after g to go there."""

    key: str
    label: str
    url: str
    here: bool
    letter: str = ""


def open_run(request: HttpRequest, run_id: int) -> Run:
    """Return the run if this member may see it; Http404 otherwise, as if it were not there."""
    try:
        return access.get_run(request.user, run_id)
    except Run.DoesNotExist:
        raise Http404("There is no such run.") from None


def number(request: HttpRequest, name: str, default: int) -> int:
    """A whole number of the query; ValueError with one sentence for anything else."""
    text = request.GET.get(name, "")
    if not text:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 11):
        msg = f"{name} must be a whole number."
        raise ValueError(msg)
    return max(-1, min(int(text), LARGEST))


def at_of(request: HttpRequest, run: Run) -> int | None:
    """The past step that is looked at (`?at=`), None for what happens now. Raises ValueError with one sentence."""
    asked = number(request, "at", LARGEST)
    if asked < 0:
        msg = "at must be a step of the run."
        raise ValueError(msg)
    return asked if asked < run.step else None


def cohort_in(request: HttpRequest) -> str:
    """The number of the cohort that the address names (`?cohort=`), "" without one: every way on keeps it."""
    text = request.GET.get("cohort", "")
    return text if text.isascii() and text.isdecimal() and len(text) < 16 else ""


def tabs_of(run: Run, here: str, at: int | None = None, cohort: str = "") -> list[Tab]:
    """Return the views of a run; `here` is the address name of the page that is being made.

    at, cohort: the step and the cohort that are looked at; all views lead on to them, also those that show everybody.
    """
    shown = [view for view in VIEWS if view[0] != "decisions" or asks_models(run.scenario_version.document)]
    parts = {key for key, _, name in shown if sum(1 for view in shown if view[2] == name) > 1}
    found = []
    for key, label, name in shown:
        said = {"tab": key if key in parts else "", "at": "" if at is None else at, "cohort": cohort}
        query = "&".join(f"{word}={value}" for word, value in said.items() if value != "")
        url = reverse(name, args=[run.pk]) + (f"?{query}" if query else "")
        found.append(Tab(key, label, url, here=name == here and key in parts, letter=LETTERS.get(key, "")))
    return found


def render_view(
    request: HttpRequest, run: Run, key: str, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Answer with a view of the run in its frame. `key` is one of VIEWS."""
    last = newest_step(run)
    name = next(name for one, _, name in VIEWS if one == key)
    framed = {
        **run_words.page(run, last, key, at=context.get("at")),
        **run_branches.context(run, request.user, None),
        **share_menu.context(request, run),
        "tabs": tabs_of(run, name, context.get("at"), cohort_in(request)),
        "cohort_bar": cohort_bar(request, run, key, reverse(name, args=[run.pk]), cohort_in(request)),
        "tab": key,
        "at": None,
    }
    return render(request, template, {**framed, **context}, status=status)
