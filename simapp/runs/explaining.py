"""Why a user was shown what was shown: asked for by whoever looks at a feed, found by a worker, kept.

The step is made again in memory (see retracing.py) from the newest snapshot before it. What it takes to place the posts
under presets that learn is the run from its founding; that is done at once where it is little, else when it is asked
for. Nothing of the run is touched.
"""

from __future__ import annotations

import logging
import math
import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.engine.core.threads import Workers, default_threads
from simapp.models import FeedExplanation, Run
from simapp.runs import services, tasks
from simapp.store.lineage import holder_of, segments_of

logger = logging.getLogger(__name__)

SILENT_SECONDS = 60  # a worker that has not reported for so long is gone
REPORT_SECONDS = 0.5
OPEN_AT_ONCE = 20  # of a run: each makes steps again
LITTLE = 1_000_000  # users x steps up to which presets that learn are placed without being asked for


def asked(*, run: Run, step: int, user: int, wide: bool = False, again: bool = False) -> FeedExplanation:
    """Return the explanation of a feed, which a worker makes unless it is there. wide: under every preset; again: once
    more after a failure.

    Raises WrongInput for what is not part of the run, Refused where too many wait.
    """
    if not 1 <= step <= run.step:
        raise WrongInput(f"step is {step}; run {run.pk} has steps 1 to {run.step}.")
    if not 0 <= user < run.users:
        raise WrongInput(f"user is {user}; the run has users 0 to {run.users - 1}.")
    rows = holder_of(segments_of(run), step).run_id
    known = FeedExplanation.objects.filter(rows=rows, step=step, user_id=user)
    found = known.first()
    fits = found is not None and (found.wide or not wide) and not (again and found.status == "failed")
    if found is not None and fits:
        return found
    open_ = FeedExplanation.objects.filter(run=run, status__in=["queued", "running"])
    if open_.count() >= OPEN_AT_ONCE:
        raise services.Refused(f"{OPEN_AT_ONCE} feeds of this run are being explained; look again in a moment.")
    wide = wide or run.users * step <= LITTLE
    with transaction.atomic():
        if found is None:
            found, _ = FeedExplanation.objects.get_or_create(
                rows=rows, step=step, user_id=user, defaults={"run": run, "wide": wide}
            )
        else:
            known.exclude(status="running").update(status="queued", wide=wide, error="", doing="", created=Now())
            found.refresh_from_db()
        key = found.pk
        transaction.on_commit(lambda: services.quietly(tasks.explain_feed, key))
    return found


def abandoned() -> Q:
    """Return the filter of explanations that nobody works on although they are not there."""
    silent = Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
    return silent | Q(status="queued", created__lt=Now() - timedelta(seconds=3))


def make(explanation_id: int, *, workers: Workers | None = None) -> FeedExplanation:
    """Find one explanation and keep it. A task that arrives twice works once; a failure is kept with its sentence."""
    silent = Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
    mine = FeedExplanation.objects.filter(pk=explanation_id)
    claimed = mine.filter(Q(status="queued") | silent).update(
        status="running", touched=Now(), error="", doing="opening the world"
    )
    found = FeedExplanation.objects.select_related("run__scenario_version__scenario", "run__parent").get(
        pk=explanation_id
    )
    if not claimed:
        return found
    try:
        _find(found, workers or Workers(default_threads()))
    except SociariumError as problem:
        mine.update(status="failed", error=str(problem), doing="", ended=timezone.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        logger.exception("explanation %s failed", explanation_id)
        mine.update(status="failed", error=f"{type(problem).__name__}: {problem}", doing="", ended=timezone.now())
    else:
        mine.update(status="done", doing="", ended=timezone.now())
    found.refresh_from_db()
    return found


def _find(found: FeedExplanation, workers: Workers) -> None:
    """Find the explanation, with the places under presets that need no past; then, where wanted, under the others."""
    from simapp.runs import retracing

    mine = FeedExplanation.objects.filter(pk=found.pk)
    learning = retracing.learning_presets()
    ready = tuple(name for name in retracing.all_presets() if name not in learning)
    told = found.told
    if not told:
        told = _explained(found, ready, workers, "")
        mine.update(told=told, touched=Now())
    if found.wide and not told.get("wide"):
        more = _explained(found, learning, workers, " for the presets that learn")
        for one, other in zip(told["impressions"], more["impressions"], strict=True):
            one["elsewhere"] |= other["elsewhere"]
        mine.update(told={**told, "wide": True}, touched=Now())


def _explained(found: FeedExplanation, presets: tuple[str, ...], workers: Workers, what_for: str) -> dict[str, Any]:
    from recommender import folders
    from recommender.registry import catalogue
    from simapp.runs import retracing

    last = [0.0]

    def report(step: int) -> None:
        if time.monotonic() - last[0] >= REPORT_SECONDS:
            last[0] = time.monotonic()
            doing = f"repeating step {step} of {found.step}{what_for}"
            FeedExplanation.objects.filter(pk=found.pk).update(touched=Now(), doing=doing)

    told = retracing.explain_feed(
        found.run, found.step, found.user_id, workers=workers, elsewhere=presets, report=report
    )
    for one in told["impressions"]:
        one["features"] = {name: value if math.isfinite(value) else None for name, value in one["features"].items()}
    labels = {name: folders.load("scorers", name).label for one in told["impressions"] for name in one["features"]}
    sources = {one["source"]: folders.load("sources", one["source"]).help for one in told["impressions"]}
    presets_ = {one["name"]: one["label"] for one in catalogue()}
    return {**told, "labels": labels, "sources": sources, "presets": presets_, "deepest": retracing.DEEPEST}
