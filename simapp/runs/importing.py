"""A run out of an export's folder: checked, proved step by step, written in one transaction, or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from agents.opinions.registry import shown_by
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import MAX_SEED, Streams
from simapp.engine.core.texts import Texts
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from simapp.models import Audit, ModelReply, Run
from simapp.runs.assemble import Parts
from simapp.runs.reply_reading import are_prices
from simapp.runs.services import command_line_version, create_scenario, store_upload
from simapp.scenarios.document import load_scenario, scenario_hash
from simapp.store.copy import copy_rows
from simapp.store.files import run_folder
from simapp.store.importers.folder import Folder
from simapp.store.importers.past import Past
from simapp.store.parquet import write_step_files
from simapp.store.tables import INPUTS
from simapp.store.writer import storable, write_founding, write_step

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario

MOST_STEPS = 100_000
REPLIES_AT_ONCE = 2_000


def import_run(*, owner: Any, path: Path) -> Run:
    """Create a finished (or stopped) run from an export as Parquet, CSV or JSON Lines; return it.

    Raises WrongInput with one sentence for whatever is wrong with the folder; then nothing is kept, in the database
    or on the disk. The run has no parent and no snapshots: a fork of it begins by repeating it.
    """
    folder = Folder.opened(path)
    document = load_scenario(folder.object("scenario.json"))
    origin = _origin(folder, document)
    past = Past.read(folder, list(document.topics), origin["step"])
    if past.users != origin["users"]:
        msg = f"users has {past.users} rows where the manifest says {origin['users']}"
        raise WrongInput(msg)
    run: Run | None = None
    try:
        with transaction.atomic():
            run = _row(owner, folder, document, origin)
            _write(run, past, _world(document, past))
            Audit.objects.create(member=owner, action="import", run=run, detail={"run": origin["run"]})
    except BaseException as problem:
        # The number of the run is never given again, so what lies under it is ours.
        if run is not None:
            shutil.rmtree(run_folder(run.pk), ignore_errors=True)
        if isinstance(problem, DatabaseError):
            msg = f"the rows cannot be kept: {str(problem).splitlines()[0]}"
            raise WrongInput(msg) from problem
        raise
    return run


def _row(owner: Any, folder: Folder, document: Scenario, origin: dict[str, Any]) -> Run:
    people = document.population.people
    if people is not None:
        data, is_graph = folder.people, people.format.startswith("graph-")
        upload = None if data is None else store_upload(owner=owner, name=people.name, data=data, graph=is_graph)[0]
        if upload is None or upload.sha256 != people.upload:
            msg = f"the folder does not hold the file {people.name} that the scenario's people come from"
            raise WrongInput(msg)
    version = (
        command_line_version(document=document, as_it_was=True)
        if owner is None
        else create_scenario(owner=owner, document=document, as_it_was=True)
    )
    now = timezone.now()
    return Run.objects.create(
        scenario_version=version,
        seed=origin["seed"],
        title=origin["title"],
        owner=owner,
        project=version.scenario.project,
        status="finished" if origin["step"] == origin["steps_planned"] else "stopped",
        step=origin["step"],
        steps=origin["steps_planned"],
        users=origin["users"],
        fingerprint=origin["fingerprint"],
        answers=origin["answers"],
        prices=origin["prices"],
        started=now,
        ended=now,
    )


def _write(run: Run, past: Past, world: World) -> None:
    population, events = past.population(), 0
    for record in past.records(world):
        files = write_step_files(run_folder(run.pk), record, opinions=bool(record.opinions.shape[0]))
        with connection.cursor() as cursor:
            if record.step == 0:
                write_founding(cursor, run.pk, population, record, files)
            else:
                write_step(cursor, run.pk, record, files)
            _write_inputs(cursor, run.pk, record.step, past)
        events += len(record.events)
        run.digest, run.impressions_digest = record.digest, record.impressions_digest
    for lo in range(0, len(replies := past.replies()), REPLIES_AT_ONCE):
        part = replies[lo : lo + REPLIES_AT_ONCE]
        ModelReply.objects.bulk_create(ModelReply(run_id=run.pk, **reply) for reply in part)
    run.events = events
    run.save(update_fields=["events", "digest", "impressions_digest"])


def _write_inputs(cursor: Any, run_id: int, step: int, past: Past) -> None:
    # Members of another installation are nobody here, so no member is named.
    types = {name: kind for name, kind in INPUTS.columns.items() if name not in {"created", "member_id"}}
    rows = [
        (run_id, step, seq, storable(kind), Jsonb(payload, dumps=lambda v: json.dumps(v, allow_nan=False)))
        for seq, kind, payload in past.inputs(step)
    ]
    if rows:
        copy_rows(cursor, INPUTS.name, types, rows)


def _world(document: Scenario, past: Past) -> World:
    """The world at its founding, as the rows need it: without the grammar's texts and without opinions."""
    parts = Parts(document, Streams(0), Workers(1))
    said = {"clock": parts.clock(), "rules": parts.rules(), "topics": past.topics}
    return World.found(past.population(), texts=Texts(), **said, **shown_by(document.minds.opinion.kind))


def _origin(folder: Folder, document: Scenario) -> dict[str, Any]:
    """What provenance.json and the manifest say about the run, checked."""
    said = folder.object("provenance.json") | {"users": folder.object("manifest.json").get("users")}
    steps = MOST_STEPS + 1
    bounds = {"run": 2**63, "seed": MAX_SEED + 1, "steps_planned": steps, "step": steps, "users": 2**31}
    for name, below in bounds.items():
        if type(said.get(name)) is not int or not 0 <= said[name] < below:
            msg = f"{name} is {said.get(name)!r}; it must be a whole number from 0 to {below - 1}"
            raise WrongInput(msg)
    if said["step"] > said["steps_planned"] or not said["steps_planned"]:
        msg = f"step is {said['step']} of {said['steps_planned']} planned steps, which cannot be"
        raise WrongInput(msg)
    if said.get("scenario_sha256") != scenario_hash(document):
        msg = "scenario.json is not the document of scenario_sha256 in provenance.json, as this version reads it"
        raise WrongInput(msg)
    # Exports from before there were models say nothing of them.
    said = {"answers": "models", "prices": {}} | said
    if said["answers"] not in ("models", "cache"):
        msg = f"answers is {str(said['answers'])[:40]!r}; it must be models or cache"
        raise WrongInput(msg)
    if not are_prices(said["prices"]):
        raise WrongInput("prices must be an object of prices, each with input, output and timeout")
    title, fingerprint = said.get("title"), said.get("fingerprint")
    if not isinstance(title, str) or len(title) > 200 or "\0" in title:
        msg = "title must be a text of at most 200 characters"
        raise WrongInput(msg)
    if not isinstance(fingerprint, dict) or len(json.dumps(fingerprint)) > 20_000:
        msg = "fingerprint must be a JSON object of at most 20,000 characters"
        raise WrongInput(msg)
    return said
