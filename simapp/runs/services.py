"""What members do to scenarios and runs: one function each, called by pages, commands and tests alike.

Arguments are keyword-only, permissions are the caller's (see access.py), wrong input raises WrongInput
and an impossible wish Refused, each with one sentence.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from simapp.engine.core.errors import Refused as Refused
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import MAX_SEED
from simapp.metrics.live import check_metrics
from simapp.models import Export, ReplyFile, Run, Scenario, ScenarioVersion, Upload
from simapp.runs import forecasts, messages, projects
from simapp.runs.audit import note as note
from simapp.runs.checking import refuse_unbuildable
from simapp.runs.models import checked_answers, note_prices
from simapp.runs.reply_source import noted_prices, source_of
from simapp.runs.said import state_message
from simapp.runs.tasks import execute_run, make_export
from simapp.runs.uploads import people_in
from simapp.runs.uploads import store_upload as store_upload
from simapp.runs.uploads import with_people as with_people
from simapp.scenarios.document import as_dict, load_scenario, scenario_hash
from simapp.scenarios.gallery import get_gallery, list_gallery
from simapp.store.retention import checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simapp.scenarios.document import Scenario as Document

logger = logging.getLogger(__name__)

MAX_PACE = 1000.0
OVER = ("finished", "stopped", "failed")


def load_gallery() -> None:
    """Bring the gallery into the database; a document that changed becomes a new version. Idempotent."""
    for slug in list_gallery():
        document = get_gallery(slug)
        with transaction.atomic():
            scenario, _ = Scenario.objects.get_or_create(
                slug=slug, gallery=True, defaults={"title": document.title}
            )
            if scenario.title != document.title:
                scenario.title = document.title
                scenario.save(update_fields=["title"])
            save_version(scenario=scenario, author=None, document=document)


def create_scenario(
    *, owner: Any, document: Document, title: str | None = None, as_it_was: bool = False
) -> ScenarioVersion:
    """Create a scenario of a member with its first version; as_it_was as in `save_version`."""
    with transaction.atomic():
        name = (title or document.title)[:200]
        scenario = Scenario.objects.create(
            slug=slugify(name)[:80] or "scenario", title=name, owner=owner, project=projects.home_of(owner)
        )
        return save_version(scenario=scenario, author=owner, document=document, as_it_was=as_it_was)


def save_version(
    *, scenario: Scenario, author: Any, document: Document, as_it_was: bool = False
) -> ScenarioVersion:
    """Save the document as the scenario's newest version; an unchanged one is not saved again.

    ScenarioInvalid for feeds and metrics that the engine would refuse, unless it is kept `as_it_was`: the document of a
    run that was made elsewhere, with parts that may not be here.
    """
    if not as_it_was:
        refuse_unbuildable(document)
    digest = scenario_hash(document)
    with transaction.atomic():
        Scenario.objects.select_for_update().get(pk=scenario.pk)
        newest = scenario.versions.order_by("-number").first()
        if newest is not None and newest.document_sha256 == digest:
            return newest
        number = (scenario.versions.aggregate(top=Max("number"))["top"] or 0) + 1
        if scenario.owner_id is not None and scenario.title != document.title:
            Scenario.objects.filter(pk=scenario.pk).update(title=document.title[:200])
        return ScenarioVersion.objects.create(
            scenario=scenario,
            number=number,
            document=as_dict(document),
            document_sha256=digest,
            author=author,
        )


def use_people(*, scenario: Scenario, author: Any, upload: Upload) -> ScenarioVersion:
    """Save a version of the scenario whose people come from an uploaded file."""
    newest = scenario.versions.order_by("-number").first()
    assert newest is not None  # noqa: S101 - a scenario is created with its first version
    document = with_people(load_scenario(newest.document), upload, people_in(upload))
    return save_version(scenario=scenario, author=author, document=document)


def create_run(
    *,
    owner: Any,
    version: ScenarioVersion,
    seed: int,
    steps: int | None = None,
    pace: float | None = None,
    title: str = "",
    keep: Mapping[str, str] | None = None,
    force: bool = False,
    answers: str = "models",
    replies: ReplyFile | None = None,
) -> Run:
    """Create a run, queued; nothing is sent yet. `keep`: how long it keeps files (store/retention.py).

    answers: "models", or "cache" where language models are replayed: from `replies`, an imported file, or from what
    reply_source.py finds.
    What cannot fit is refused (forecasts.py); `force` lets memory and time be as they may.
    """
    document = load_scenario(version.document)
    if not 0 <= seed <= MAX_SEED:
        msg = f"seed is {seed}; it must be a whole number from 0 to {MAX_SEED}."
        raise WrongInput(msg)
    length = document.clock.steps if steps is None else steps
    if not 1 <= length <= 100_000:
        msg = f"steps is {length}; it must be a whole number from 1 to 100000."
        raise WrongInput(msg)
    rules = checked(keep or {})
    check_metrics(document.metrics)
    forecasts.check(forecasts.forecast(document, length, keep=rules), forecasts.free_here(), force=force)
    replies = source_of(owner, version, seed, answers, replies)
    project = version.scenario.project or projects.home_of(owner)
    run = Run.objects.create(
        scenario_version=version,
        seed=seed,
        title=(title or document.title)[:200],
        owner=owner,
        project=project,
        steps=length,
        pace=_pace(pace),
        users=document.population.users,
        keep=rules,
        answers=checked_answers(answers),
        replies_from=replies,
        prices=(
            note_prices(owner, document, project and project.pk)
            if answers == "models"
            else noted_prices(version, replies)
        ),
        waiting="a run worker to take it",
    )
    note(owner, "launch", run, seed=seed, steps=length)
    return run


def launch(*, owner: Any, version: ScenarioVersion, seed: int, **wishes: Any) -> Run:
    """Create a run, with the wishes of `create_run`, and send it to the workers once that is committed."""
    with transaction.atomic():
        run = create_run(owner=owner, version=version, seed=seed, **wishes)
        send_after_commit(run.pk)
    return run


def pause(*, run: Run, member: Any) -> None:
    """Ask the run to pause after the step it is in."""
    _steer(run, member, "pause", wanted="pause", pause_at=None)


def resume(*, run: Run, member: Any, send: bool = True) -> None:
    """Let a paused run go on. send: at once; else it waits until the reconciler finds a free worker for it."""
    _steer(run, member, "resume", wanted="run", pause_at=None)
    if send:
        _wake(run)


def step_once(*, run: Run, member: Any) -> None:
    """Let a paused run make one step and pause again."""
    run.refresh_from_db(fields=["step", "wanted", "status"])
    if run.wanted != "pause":
        raise Refused("A run must be paused before it can be stepped.")
    _steer(run, member, "step", wanted="run", pause_at=run.step + 1)
    _wake(run)


def stop(*, run: Run, member: Any) -> None:
    """Stop the run for good after the step it is in; what it did is kept."""
    _steer(run, member, "stop", wanted="stop", pause_at=None)


def set_pace(*, run: Run, member: Any, pace: float | None) -> None:
    """Limit the run to `pace` steps per second; None lets it go as fast as it can."""
    _steer(run, member, "pace", pace=_pace(pace))


def start_export(*, run: Run, member: Any, format: str, legacy_reposts: bool = False) -> Export:
    """Ask for an export; a worker writes it.

    legacy_reposts: with the format oasis, spell out in a repost's text who shared it from whom (see export_run).
    Raises WrongInput for an unknown format or for legacy_reposts in another, Refused before the run has begun.
    """
    if format not in Export.Format.values:
        msg = f"format is {format!r}; it must be one of {', '.join(Export.Format.values)}."
        raise WrongInput(msg)
    if legacy_reposts and format != Export.Format.OASIS:
        raise WrongInput(f"legacy_reposts goes with the format oasis, not {format}.")
    if run.step < 0:
        raise Refused("There is nothing to export before the run has begun.")
    with transaction.atomic():
        export = Export.objects.create(run=run, format=format, owner=member, legacy_reposts=legacy_reposts)
        note(member, "export", run, format=format, **({"legacy_reposts": True} if legacy_reposts else {}))
        transaction.on_commit(lambda: quietly(make_export, export.pk))
    return export


def _steer(run: Run, member: Any, action: str, **fields: Any) -> None:
    changeable = Run.objects.filter(pk=run.pk).exclude(status__in=OVER)
    if action != "stop":
        # A stop is for good, also before the run's owner has heard of it.
        changeable = changeable.exclude(wanted="stop")
    if not changeable.update(**fields):
        run.refresh_from_db(fields=["status", "wanted"])
        stands = run.status if run.status in OVER else "being stopped"
        msg = f"The run is {stands}; it cannot be changed any more."
        raise Refused(msg)
    run.refresh_from_db()
    note(member, action, run, **{k: v for k, v in fields.items() if v is not None})
    stage, rate = str(run.heartbeat.get("stage", "")), run.heartbeat.get("rate")
    messages.publish(state_message(run, run.step, run.status, run.wanted, run.waiting, stage, rate))


def _wake(run: Run) -> None:
    # A living owner notices by itself; one that made room must be called back.
    if run.lease_until is None:
        send_after_commit(run.pk)


def send_after_commit(run_id: int) -> None:
    transaction.on_commit(lambda: quietly(execute_run, run_id))


def quietly(task: Any, key: int) -> None:
    """Send a task, or leave it to the reconciler."""
    # The broker may be away: the database has the wish, and the reconciler sends it again.
    try:
        task.apply_async((key,), retry=False)
    except Exception:  # noqa: BLE001
        logger.warning("task %s(%s) was not sent; the reconciler will", task.name, key)


def _pace(pace: float | None) -> float | None:
    if pace is None:
        return None
    if not 0 < pace <= MAX_PACE:
        msg = f"pace is {pace}; it must be more than 0 and at most {MAX_PACE:.0f} steps per second, or empty."
        raise WrongInput(msg)
    return pace


def command_line_version(*, document: Document, as_it_was: bool = False) -> ScenarioVersion:
    """Return a version holding the document: the gallery's own if unchanged, else one of the command line's."""
    digest = scenario_hash(document)
    known = ScenarioVersion.objects.filter(document_sha256=digest, scenario__owner=None).first()
    if known is not None:
        return known
    with transaction.atomic():
        # Commands that start at once may make more than one; the first serves all that follow.
        named = {"slug": "command-line", "owner": None, "gallery": False}
        scenario = Scenario.objects.filter(**named).order_by("pk").first()
        if scenario is None:
            scenario = Scenario.objects.create(**named, title="Command line", archived=True)
        return save_version(scenario=scenario, author=None, document=document, as_it_was=as_it_was)
