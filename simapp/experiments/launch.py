"""Launches an experiment and steers it as a whole. All or nothing: a cell that cannot be made undoes the rest.

Nothing is sent here. The reconciler hands the queue only as many cells as workers are free, runs launched by
themselves before them, so that a large experiment starves nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from simapp.engine.core.errors import Refused, WrongInput
from simapp.experiments.design import MOST_CELLS, MOST_REPLICATES, Design, Plan, check
from simapp.experiments.grid import FAILED, grid_of
from simapp.experiments.preview import preview_of
from simapp.models import Arm, Audit, Cell, Experiment, Scenario, ScenarioVersion
from simapp.runs import projects, services
from simapp.scenarios.document import load_scenario, scenario_hash

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario as Document

STEERED = ("pause", "resume", "stop")


def launch(*, owner: Any, version: ScenarioVersion, design: Design) -> Experiment:
    """Check a design and create the experiment with all its runs, queued. DesignInvalid or Refused say why not."""
    plan = check(design, load_scenario(version.document))
    return create(owner=owner, version=version, plan=plan)


def create(*, owner: Any, version: ScenarioVersion, plan: Plan) -> Experiment:
    """Create the experiment of a plan with all its runs, in one transaction."""
    _fits(plan.documents, plan.steps, plan.design.replicates, owner)
    known = owner if getattr(owner, "pk", None) else None
    with transaction.atomic():
        experiment = Experiment.objects.create(
            title=plan.design.title.strip(),
            question=plan.design.question.strip(),
            version=version,
            replicates=plan.design.replicates,
            first_seed=plan.design.first_seed,
            steps=plan.steps,
            metrics=list(plan.metrics),
            reading=plan.design.reading,
            owner=known,
            project=version.scenario.project or projects.home_of(owner),
        )
        arms = [
            Arm.objects.create(
                experiment=experiment,
                number=number,
                name=arm.name.strip(),
                changes=list(arm.changes),
                version=_version(version, document, known),
            )
            for number, (arm, document) in enumerate(zip(plan.design.arms, plan.documents, strict=True))
        ]
        _fill(experiment, arms, range(1, plan.design.replicates + 1), known)
        _note(known, "launch experiment", experiment, runs=plan.runs)
    return experiment


def add_replicates(*, experiment: Experiment, member: Any, more: int) -> int:
    """Give every arm `more` replicates with the next seeds; return how many runs that is."""
    if not 1 <= more <= MOST_REPLICATES:
        msg = f"replicates is {more}; it must be a whole number from 1 to {MOST_REPLICATES}."
        raise WrongInput(msg)
    with transaction.atomic():
        experiment = Experiment.objects.select_for_update().get(pk=experiment.pk)
        arms = list(experiment.arms.select_related("version"))
        first, last = experiment.replicates + 1, experiment.replicates + more
        if last > MOST_REPLICATES or last * len(arms) > MOST_CELLS:
            msg = (
                f"{len(arms)} arms \u00d7 {last} replicates are {last * len(arms)} runs; an experiment may have "
                f"{MOST_CELLS}, and {MOST_REPLICATES} replicates."
            )
            raise WrongInput(msg)
        _fits([load_scenario(arm.version.document) for arm in arms], experiment.steps, more, member)
        experiment.replicates = last
        experiment.save(update_fields=["replicates"])
        _fill(experiment, arms, range(first, last + 1), experiment.owner)
        _note(member, "add replicates", experiment, replicates=more)
    return more * len(arms)


def retry(*, experiment: Experiment, member: Any, stopped: bool = False) -> int:
    """Give each failed cell (stopped: each stopped one too) a new run with its seed; return how many.

    The old runs stay. Raises Refused where there is nothing to do again.
    """
    wanted = (*FAILED, "stopped") if stopped else FAILED
    with transaction.atomic():
        experiment = Experiment.objects.select_for_update().get(pk=experiment.pk)
        places = [place for place in grid_of(experiment).places if place.status in wanted]
        if not places:
            raise Refused("No cell failed; there is nothing to do again.")
        for place in places:
            _cell(experiment, place.arm, place.replicate, place.attempt + 1, experiment.owner)
        _note(member, "retry cells", experiment, runs=len(places))
    return len(places)


def steer(*, experiment: Experiment, member: Any, action: str) -> int:
    """Pause, resume or stop every run that is not over; return how many heard it."""
    if action not in STEERED:
        msg = f"action is {action[:40]!r}; it must be one of {', '.join(STEERED)}."
        raise WrongInput(msg)
    heard = 0
    for run in grid_of(experiment).runs("queued", "running", "paused"):
        try:
            if action == "pause":
                services.pause(run=run, member=member)
            elif action == "resume":
                services.resume(run=run, member=member, send=False)
            else:
                services.stop(run=run, member=member)
        except Refused:
            continue  # it ended meanwhile
        heard += 1
    if not heard:
        raise Refused("No run of the experiment is queued, running or paused; nothing was changed.")
    _note(member, f"{action} experiment", experiment, runs=heard)
    return heard


def forget(*, experiment: Experiment, member: Any) -> None:
    """Delete the experiment; its runs stay as runs of their own. Refused while one of them is not over."""
    if not grid_of(experiment).over:
        raise Refused("Runs of the experiment are not over; stop them first.")
    _note(member, "delete experiment", experiment, title=experiment.title)
    experiment.delete()


def _fits(documents: Iterable[Document], steps: int, replicates: int, member: Any) -> None:
    needs = preview_of(list(documents), steps, replicates, member)
    if needs.refused:
        raise Refused(needs.refused)


def _version(base: ScenarioVersion, document: Document, owner: Any) -> ScenarioVersion:
    """Return the version that holds an arm's document: the base's own scenario's, or one kept apart from it."""
    digest = scenario_hash(document)
    if digest == base.document_sha256:
        return base
    known = ScenarioVersion.objects.filter(scenario=base.scenario, document_sha256=digest).first()
    if known is not None:
        return known
    named = {"slug": f"arms-{base.scenario_id}", "gallery": False}
    scenario = Scenario.objects.filter(owner=owner, **named).order_by("pk").first()
    if scenario is None:
        scenario = Scenario.objects.create(owner=owner, title=document.title[:200], archived=True, **named)
    found = scenario.versions.filter(document_sha256=digest).first()
    return found or services.save_version(scenario=scenario, author=owner, document=document)


def _fill(experiment: Experiment, arms: list[Arm], replicates: Iterable[int], owner: Any) -> None:
    # Replicate by replicate, so that whole pairs are done first.
    for replicate in replicates:
        for arm in arms:
            _cell(experiment, arm, replicate, 1, owner)


def _cell(experiment: Experiment, arm: Arm, replicate: int, attempt: int, owner: Any) -> None:
    run = services.create_run(
        owner=owner,
        version=arm.version,
        seed=experiment.first_seed + replicate - 1,
        steps=experiment.steps,
        title=f"{experiment.title[:120]} \u00b7 {arm.name} \u00b7 {replicate}",
    )
    Cell.objects.create(arm=arm, replicate=replicate, attempt=attempt, run=run)


def _note(member: Any, action: str, experiment: Experiment, **detail: Any) -> None:
    known = member if getattr(member, "pk", None) else None
    Audit.objects.create(member=known, action=action, detail={"experiment": experiment.pk, **detail})
