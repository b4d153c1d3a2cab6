"""Forks: runs that share another run's past up to a step, and what may be different after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import MAX_SEED
from simapp.models import Run, RunInput, Scenario, ScenarioVersion
from simapp.runs import forecasts, projects, services
from simapp.runs.models import note_prices
from simapp.runs.points import past_of
from simapp.runs.services import Refused
from simapp.scenarios.document import as_dict, load_scenario, scenario_hash
from simapp.scenarios.paths import set_paths
from simapp.store.lineage import belongs, holder_of, segments_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.scenarios.document import Scenario as Document
    from simapp.store.lineage import Segment

MAX_STEPS = 100_000
# What a past was made with stays as it was. Everything else of a document takes effect from the next step on.
FIXED = (
    "schema_version", "topics", "population", "network", "seed_posts", "clock.start", "clock.minutes_per_step",
    "minds.kind", "minds.opinion.kind",
)  # fmt: skip
# Who sets these says which feed is to be in force, also where a switch put another in place of the document's.
RANKING = ("feed.preset", "feed.params", "feed.pipeline", "feed.groups")
CHANGEABLE = "minds, feed, platform, metrics, clock.steps and interventions after the fork's step"


def fork(*, run: Run, at: int, member: Any, **wishes: Any) -> Run:
    """Fork a run (see `create_fork`) and send the fork to the workers once that is committed."""
    with transaction.atomic():
        made = create_fork(run=run, at=at, member=member, **wishes)
        services.send_after_commit(made.pk)
    return made


def usual_step(run: Run) -> int:
    """Return the step after which a form offers a fork: where the run stands, half-way once it has made its steps."""
    return max(run.step if run.step < run.steps else run.steps // 2, 0)


def create_fork(
    *,
    run: Run,
    at: int,
    member: Any,
    changes: Sequence[str] = (),
    seed: int | None = None,
    steps: int | None = None,
    title: str = "",
    inputs: bool = True,
    force: bool = False,
) -> Run:
    """Create a run that shares the past of `run` up to step `at` and goes on by itself.

    changes: `path=value` assignments to the document, in force from step at + 1 on. seed: of the draws after
    the fork. inputs: whether what members did in `run` after `at` is done in the fork as well. Nothing of the
    past is copied. force: as in `services.create_run`. Raises WrongInput or Refused with one sentence.
    """
    with transaction.atomic():
        parent = Run.objects.select_for_update(of=("self",)).select_related(
            "scenario_version__scenario", "parent"
        ).get(pk=run.pk)  # fmt: skip
        past = _past(parent, at)
        version = _version(parent, changes, at, member)
        length = _length(parent, version, steps, at)
        if seed is not None and not 0 <= seed <= MAX_SEED:
            msg = f"seed is {seed}; it must be a whole number from 0 to {MAX_SEED}."
            raise WrongInput(msg)
        document = load_scenario(version.document)
        forecasts.check(
            forecasts.forecast(document, length - at, keep=parent.keep), forecasts.free_here(), force=force
        )
        digest, impressions, events = standing_at(past, at)
        made = Run.objects.create(
            parent=parent,
            fork_step=at,
            step=at,
            steps=length,
            scenario_version=version,
            seed=parent.seed if seed is None else seed,
            title=(title.strip() or _title(parent, at))[:200],
            owner=member if getattr(member, "pk", None) else None,
            project=parent.project or projects.home_of(member),
            pace=parent.pace,
            keep=parent.keep,
            answers=parent.answers,
            replies_from=parent.replies_from,
            prices=_prices(parent, document, member),
            users=parent.users,
            events=events,
            digest=digest,
            impressions_digest=impressions,
            feed_chosen=any(change.strip().startswith(RANKING) for change in changes),
            waiting="a run worker to take it",
        )
        if inputs:
            _repeat_inputs(parent, made, at)
        services.note(member, "fork", made, parent=parent.pk, at=at, changes=list(changes))
    return made


def _prices(parent: Run, document: Document, member: Any) -> dict[str, Any]:
    """Return the parent's prices, so that an unchanged fork routes alike, and those of models that it adds."""
    if parent.answers != "models":
        return parent.prices
    return {**note_prices(member, document, parent.project_id), **parent.prices}


def _past(parent: Run, at: int) -> list[Segment]:
    """Return the past up to `at`, or say why `parent` cannot be forked there."""
    if parent.deleted is not None:
        msg = f"Run {parent.pk} was deleted."
        raise Refused(msg)
    if not 0 <= at <= parent.step:
        upto = "has no steps yet" if parent.step < 0 else f"has steps 0 to {parent.step}"
        msg = f"at is {at}; run {parent.pk} {upto}."
        raise WrongInput(msg)
    past = segments_of(parent, at)
    maker = holder_of(past, at).run
    if maker is not None and not made_alike(parent, at):
        msg = (
            f"Step {at} of run {parent.pk} was made by run {maker.pk} with other settings; "
            f"fork run {maker.pk} there, or run {parent.pk} from step {parent.fork_step} on."
        )
        raise Refused(msg)
    return past


def made_alike(run: Run, at: int) -> bool:
    """Whether the steps of a past behind `at` were made as `run` makes its own (those it shares may not be)."""
    while run.parent is not None and run.fork_step is not None and at < run.fork_step:
        above = run.parent
        if run.feed_chosen or (above.scenario_version_id, above.seed) != (run.scenario_version_id, run.seed):
            return False
        run = above
    return True


def _version(parent: Run, changes: Sequence[str], at: int, member: Any) -> ScenarioVersion:
    """Return the version that holds the fork's document."""
    if not changes:
        return parent.scenario_version
    before = load_scenario(parent.scenario_version.document)
    after = set_paths(before, changes)
    check_changes(before, after, at)
    digest = scenario_hash(after)
    known = ScenarioVersion.objects.filter(scenario=parent.scenario_version.scenario, document_sha256=digest)
    if (found := known.order_by("number").first()) is not None:
        return found
    # Kept apart from the scenario, whose newest version is what the next launch takes.
    named: dict[str, Any] = {"slug": f"fork-{parent.scenario_version.scenario_id}", "gallery": False}
    owner = member if getattr(member, "pk", None) else None
    named["project"] = parent.project or projects.home_of(owner)
    scenario = Scenario.objects.filter(owner=owner, **named).order_by("pk").first()
    if scenario is None:
        scenario = Scenario.objects.create(owner=owner, title=after.title[:200], archived=True, **named)
    return services.save_version(scenario=scenario, author=owner, document=after)


def check_changes(before: Document, after: Document, at: int) -> None:
    """Refuse what cannot be different after step `at`; WrongInput names the first field."""
    old, new = as_dict(before), as_dict(after)
    for path in FIXED:
        name = _difference(_at(old, path), _at(new, path), path)
        if name:
            msg = f"{name} cannot change in a fork: its past was made with it. What can: {CHANGEABLE}."
            raise WrongInput(msg)
    earlier = [[item for item in held["interventions"] if item["at"] <= at] for held in (old, new)]
    if earlier[0] != earlier[1]:
        msg = f"interventions up to step {at} cannot change in a fork: they have happened. What can: {CHANGEABLE}."
        raise WrongInput(msg)


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document[name]
    return document


def _difference(old: Any, new: Any, path: str) -> str:
    """Return the path of the first value that differs, "" when none does."""
    if old == new:
        return ""
    if isinstance(old, dict) and isinstance(new, dict) and set(old) == set(new):
        return next(found for name in old if (found := _difference(old[name], new[name], f"{path}.{name}")))
    return path


def _length(parent: Run, version: ScenarioVersion, steps: int | None, at: int) -> int:
    named = "steps"
    if steps is None:
        mine, theirs = (v.document["clock"]["steps"] for v in (version, parent.scenario_version))
        named, steps = ("clock.steps", mine) if mine != theirs else ("steps", parent.steps)
    if not at < steps <= MAX_STEPS:
        msg = f"{named} is {steps}; it must be a whole number from {at + 1} (one step after the fork) to {MAX_STEPS}."
        raise WrongInput(msg)
    return int(steps)


def standing_at(past: Sequence[Segment], at: int) -> tuple[bytes, bytes, int]:
    """Return digest and impressions digest after step `at`, and the number of events up to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest, impressions_digest FROM run_step WHERE run_id = %s AND step = %s",
            [holder_of(past, at).run_id, at],
        )
        row = cursor.fetchone()
        # Each step says how many events it had; counting millions of rows would take its time.
        cursor.execute(
            f"SELECT coalesce(sum((counts->>'events')::bigint), 0) FROM run_step x WHERE {belongs('x', list(past))}"  # noqa: S608
        )
        return bytes(row[0]), bytes(row[1]), int(cursor.fetchone()[0])


def _title(parent: Run, at: int) -> str:
    plain = re.sub(r" · fork at \d+$", "", parent.title or parent.scenario_version.scenario.title)
    return f"{plain[:170]} · fork at {at}"


def _repeat_inputs(parent: Run, made: Run, at: int) -> None:
    """Let the fork have the inputs that its parent had after the fork step: they are of its future, not its past."""
    waiting = Q(run_id=parent.rows, step__gt=parent.step)
    later = RunInput.objects.filter(past_of(parent) | waiting, step__gt=at).order_by("step", "seq")
    RunInput.objects.bulk_create(
        RunInput(
            run_id=made.rows, step=row.step, seq=row.seq, kind=row.kind, payload=row.payload,
            member_id=row.member_id, created=row.created,
        )
        for row in later
    )  # fmt: skip
