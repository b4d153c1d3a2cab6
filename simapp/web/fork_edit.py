"""Forking on the page of interventions: typed settings, the free lines beside them, and what the fork differs by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simapp.engine.core.errors import WrongInput
from simapp.runs import access, edited_forks
from simapp.runs.feed_in_force import preset_after
from simapp.runs.forks import usual_step
from simapp.runs.happenings import Happening
from simapp.scenarios.names import FEED_PRESETS
from simapp.web.intervention_words import line, names_of
from simapp.web.run_words import name_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from simapp.models import Run
    from simapp.web.intervention_form import Form

MOST_LINES = 50
# (input, path in the document, label, what it is)
SETTINGS = (
    ("like", "minds.rates.like", "Like", "per post read"),
    ("repost", "minds.rates.repost", "Repost", "times appeal"),
    ("comment", "minds.rates.comment", "Comment", "per post read"),
    ("follow", "minds.rates.follow", "Follow", "per post read"),
    ("gate", "minds.stance_gate", "Stance gate", "narrow: only the like-minded"),
    ("explore", "feed.explore", "Explore", "share from strangers"),
)


@dataclass(frozen=True)
class Setting:
    """A number of the document; `now` is what the run has."""

    name: str
    path: str
    label: str
    about: str
    now: str
    text: str


@dataclass
class Edit:
    """What was typed. include: whether the intervention of the form above is part of the edit."""

    at: str = ""
    preset: str = ""
    preset_now: str = ""
    presets: tuple[str, ...] = ()
    settings: list[Setting] = field(default_factory=list)
    lines: str = ""
    title: str = ""
    include: bool = False
    inputs: bool = True
    open: bool = False
    fault: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a fork comes from: the parent, how many steps are shared, by what it differs, where both are compared."""

    parent: int
    name: str
    shared: int
    step: int
    differs: str
    compare: str


def fresh(run: Run, at: int | None) -> Edit:
    """Return the form as it opens: fork at the step that is looked at, else at the usual one."""
    return _edit(run, {"fork_at": str(at if at is not None else usual_step(run))})


def sent(form: QueryDict, run: Run) -> Edit:
    """Return what a browser sent, cut to what can be meant."""
    edit = _edit(run, {name: str(form.get(name, "")) for name in form})
    edit.include, edit.inputs, edit.open = form.get("include") == "on", form.get("inputs") == "on", True
    return edit


def _edit(run: Run, typed: dict[str, str]) -> Edit:
    document = run.scenario_version.document
    at = typed.get("fork_at", "").strip()[:20]
    settings = []
    for name, path, label, about in SETTINGS:
        now = _at(document, path)
        if isinstance(now, int | float):
            text = typed.get(f"set_{name}", "").strip()[:40]
            settings.append(Setting(name, path, label, about, f"{now:g}", text))
    return Edit(
        at=at,
        preset=typed.get("set_preset", "")[:40],
        preset_now=preset_after(run, int(at) if at.isascii() and at.isdecimal() and len(at) < 10 else run.step),
        presets=tuple(name for name in FEED_PRESETS if name != "custom"),
        settings=settings,
        lines=typed.get("lines", "")[:5000],
        title=typed.get("title", "").strip()[:200],
    )


def fork(run: Run, member: Any, edit: Edit, form: Form) -> Run:
    """Make the fork; raises ScenarioInvalid, WrongInput or Refused."""
    said = form.said() if edit.include else None
    changes = [f"{one.path}={one.text}" for one in edit.settings if one.text and one.text != one.now]
    if edit.preset:
        # Settings of another preset mean nothing to this one; groups would keep their own feeds.
        changes = [f"feed.preset={edit.preset}", "feed.params={}", "feed.pipeline=null", "feed.groups=[]", *changes]
    lines = [text.strip() for text in edit.lines.splitlines() if text.strip()]
    if len(lines) > MOST_LINES:
        msg = f"The lines are {len(lines)}; there may be {MOST_LINES}."
        raise WrongInput(msg)
    at = _whole(edit.at)
    if at == run.step == run.steps and not any(text.startswith("clock.steps") for text in lines):
        msg = f"fork_at is {at}, the last step: nothing would be left to do. Choose an earlier one, or set clock.steps."
        raise WrongInput(msg)
    title = "".join(char for char in edit.title if char.isprintable())
    words = [*_in_words(changes), *_in_words(lines)]
    if said is not None:
        words.append(form.title.lower())
    name = title or f"{name_of(run)[:110]} · {', '.join(words)[:60]} from step {at + 1}"
    return edited_forks.fork_with(
        run=run, at=at, member=member, changes=[*changes, *lines], said=said, title=name, inputs=edit.inputs
    )


def origin(run: Run, member: Any) -> Origin | None:
    """Return where a fork comes from; None for a run that is no fork, or whose parent this member may not see."""
    if run.parent is None or run.fork_step is None or run.parent.tail_of_id == run.pk:
        return None
    if not access.runs_for(member).filter(pk=run.parent.pk).exists():
        return None
    changes, interventions = edited_forks.differences(run)
    topics = list(run.scenario_version.document["topics"])
    step = run.fork_step + 1
    listed = [Happening(step, one["kind"], one["settings"], "", topics=topics) for one in interventions]
    names = names_of(run, listed)
    words = [*_in_words(changes), *(line(one, names) for one in listed)]
    return Origin(
        run.parent.pk, name_of(run.parent), run.fork_step, step, "; ".join(words),
        "/compare/?" + urlencode({"runs": f"{run.parent.pk},{run.pk}"}, safe=","),
    )  # fmt: skip


def sentence(made: Run, member: Any) -> str:
    """Return what was made, in one sentence."""
    found = origin(made, member)
    if found is None:
        return f"Run {made.pk} was made."
    differs = f" by: {found.differs}" if found.differs else ""
    shared = f"Run {made.pk} shares {found.shared} step{'' if found.shared == 1 else 's'} with run {found.parent}"
    return f"{shared} and differs from step {found.step}{differs}."


def _in_words(changes: list[str]) -> list[str]:
    """Return assignments as a person says them; what a new preset clears goes without saying."""
    found = []
    cleared = ("feed.params={}", "feed.pipeline=null", "feed.groups=[]")
    labels = {path: label.lower() for _, path, label, _ in SETTINGS}
    for change in changes:
        path, _, value = change.partition("=")
        if change.replace(" ", "") in cleared:
            continue
        found.append(f"feed {value}" if path == "feed.preset" else f"{labels.get(path, path)} {value}")
    return found


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _whole(text: str) -> int:
    plain = "".join(text.split())
    if plain.isascii() and plain.isdecimal() and len(plain) < 10:
        return int(plain)
    msg = f"fork_at is {text[:40] or 'empty'}; it must be a step of the run, a whole number."
    raise WrongInput(msg)


__all__ = ["Edit", "Origin", "fork", "fresh", "origin", "sent", "sentence"]
