"""What the run page says: the context of its templates, from the run's row and its newest step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from simapp.metrics import registry
from simapp.metrics.base import GROUPS
from simapp.models import Export, RunStep
from simapp.runs.decisions import asks_models, counts_of
from simapp.runs.doing import doing_of, waits_for
from simapp.runs.messages import socket_path
from simapp.runs.points import past_of, state_of
from simapp.runs.services import OVER
from simapp.scenarios.names import DEFAULT_ACTIONS
from simapp.web import decision_words, run_control
from simapp.web.numbers import clock_time, thousands, three_digits
from simapp.web.run_charts import charts_for, chosen_of

if TYPE_CHECKING:
    from simapp.models import Run
    from simapp.runs.messages import StepMessage
    from simapp.web.run_charts import Chart

PARTS = ("overview", "feed", "health")  # of the run's first page


def name_of(run: Run) -> str:
    """The run's title, or its scenario's."""
    return str(run.title or run.scenario_version.scenario.title)


def page(
    run: Run, last: StepMessage | None, tab: str, *, at: int | None = None, charts: str | None = None
) -> dict[str, Any]:
    """Everything the page shows but the posts. at: the past step that is looked at; charts: the chosen ones' keys."""
    document = run.scenario_version.document
    offered = charts_for(_measured(run, last), _has_first_votes(run), _can_repost(document))
    chosen = chosen_of(offered, charts)
    rate = run.heartbeat.get("rate") if run.status == "running" else None
    return {
        **health(run, last),
        "name": name_of(run),
        "tab": tab if tab in PARTS else PARTS[0],
        "at": at,
        "charts": offered,
        "chosen": chosen,
        "chart_groups": _grouped(offered),
        # What the scenario is about comes first: nothing moves an opinion where no model does.
        "opinions_first": (document.get("minds", {}).get("opinion") or {}).get("kind") != "none",
        "topic": document["topics"][0],
        "rate": f"{three_digits(rate)} steps/s" if rate else "",
        "eta": f"ETA {clock_time((run.steps - run.step) / rate)}" if rate and run.step < run.steps else "",
        "export_url": reverse("export", args=[run.pk]),
        "export_formats": Export.Format.choices,
        "catalogue_url": reverse("catalogue"),
        "histogram_placed": any(chart.key == "opinion_variance" for chart in offered),
        # A run that ended before its first step will never have anything to draw.
        "nothing": run.status in OVER and run.step < 0,
        "step_text": thousands(max(run.step, 0)),
        "steps_text": thousands(run.steps),
        "page_data": {
            "state": state_of(run).model_dump(mode="json"),
            "last": last is not None,
            "age": _age(run, last),
            "at": at,
            "clock": {"start": document["clock"]["start"], "minutes": document["clock"]["minutes_per_step"]},
            "charts": [chart.as_json() for chart in offered],
            "paths": {
                "socket": socket_path(run.pk),
                "points": reverse("run:points", args=[run.pk]),
                "feed": reverse("run:feed", args=[run.pk]),
                "moment": reverse("run:moment", args=[run.pk]),
                "marks": marks_path(run),
            },
        },
    }


def marks_path(run: Run) -> str:
    """Where the marks of a run's interventions are read."""
    return reverse("run:marks", args=[run.pk])


def _grouped(charts: list[Chart]) -> list[tuple[str, list[Chart]]]:
    """Charts by the catalogue's groups, in its order."""
    return [(name, found) for name in GROUPS if (found := [chart for chart in charts if chart.group == name])]


def state(run: Run, last: StepMessage | None) -> dict[str, Any]:
    """The control bar and the waiting line."""
    asks = asks_models(run.scenario_version.document)
    return {
        "run": run,
        "buttons": run_control.buttons(run),
        "paces": run_control.paces(run),
        "over": run.status in OVER,
        "digest": run.digest_hex,
        "waiting": _waiting(run),
        "asks_models": asks,
        "decisions_line": decision_words.line_of(counts_of(run)) if asks else "",
        "stages_line": "" if run.status in OVER else _stages_line(last),
    }


def health(run: Run, last: StepMessage | None) -> dict[str, Any]:
    """The world and the worker on the Health tab, and what the control bar says."""
    return {
        **state(run, last),
        "last": last,
        "users_text": thousands(run.users),
        "events_text": thousands(run.events),
        "lease": _lease(run),
        "world": [
            (name.replace("_", " "), thousands(n))
            for name, n in (last.counts if last else {}).items()
            if name in _WORLD
        ],
        "fingerprint": [
            (str(name).replace("_", " "), value)
            for name, value in run.fingerprint.items()
            if isinstance(value, str | int | float)
        ],
    }


_WORLD = ("active", "impressions", "hot_posts", "follows", "refused", "faults")


def _waiting(run: Run) -> str:
    if run.status in OVER:
        return _ending(run)
    now = doing_of(run)
    wish = {"pause": "pausing", "stop": "stopping"}.get(run.wanted)
    if wish == "stopping" or (wish and run.status == "running"):
        return f"{wish} after {'the founding' if run.step < 0 else 'this step'}" + (f"; now {now}" if now else "")
    if run.status == "running" and not run.waiting and run.lease_until and run.lease_until < timezone.now():
        return "waiting for: a worker to take over from the one that fell silent"
    if now and not run.waiting:
        return now
    return f"waiting for: {waits_for(run) or 'nothing'}"


def _ending(run: Run) -> str:
    """When the run ended and what came of it; nothing for a failed run, whose error stands above."""
    if run.status == "failed":
        return ""
    what = "every step is done" if run.status == "finished" else "stopped by a member; what was done is kept"
    if not run.started or not run.ended:
        return what
    return f"{what}, after {clock_time((run.ended - run.started).total_seconds())}"


def _lease(run: Run) -> str:
    if run.lease_until is None:
        return "none: nobody owns the run now"
    left = (run.lease_until - timezone.now()).total_seconds()
    return f"renewed for another {left:.0f} s" if left > 0 else f"ran out {-left:.0f} s ago"


def _stages_line(last: StepMessage | None) -> str:
    total = sum(last.stages.values()) if last else 0
    if not last or not total:
        return ""
    largest = sorted(last.stages.items(), key=lambda item: -item[1])[:3]
    return "stages: " + ", ".join(f"{name} {100 * seconds / total:.0f} %" for name, seconds in largest)


def _measured(run: Run, last: StepMessage | None) -> list[str]:
    """The run's metrics: those of its newest step, or those its scenario asks for before there is one."""
    if last is not None:
        return list(last.metrics)
    asked = run.scenario_version.document.get("metrics") or ["default"]
    groups = {"default": registry.usual, "live": registry.live}
    named = (name for word in asked for name in (groups[word]() if word in groups else (word,)))
    return list(dict.fromkeys(named))


def _has_first_votes(run: Run) -> bool:
    changes = run.scenario_version.document.get("interventions") or []
    return any(change.get("kind") == "first_vote" for change in changes)


def _can_repost(document: dict[str, Any]) -> bool:
    """Whether anything can spread: a forum has votes and comments only, unless its document says otherwise."""
    platform = document.get("platform") or {}
    actions = platform.get("actions") or DEFAULT_ACTIONS.get(platform.get("rules", ""), ("repost",))
    return not {"repost", "quote_post"}.isdisjoint(actions)


def _age(run: Run, last: StepMessage | None) -> float:
    """Seconds since the newest commit."""
    if last is None:
        return 0.0
    committed = (
        RunStep.objects.filter(past_of(run), step=last.step).values_list("committed", flat=True).first()
    )
    return max(0.0, (timezone.now() - committed).total_seconds()) if committed else 0.0
