"""What must hold of a run: at every moment for any reader, and at its end. Each check says what is wrong."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from simapp.engine.core.threads import Workers
from simapp.models import Export, Run, RunFile
from simapp.runs.replaying import replay
from simapp.store.exporters.manifest import entry
from simapp.store.files import FileDamaged, read_verified, run_folder
from tests.chaos.fleet import Story
from tests.chaos.visitor import AWAY, Visitor, Watcher
from tests.runs.left import left_by

BY_STEP = ("run_event", "run_post", "run_metric", "run_text", "run_follow", "run_file", "run_step")


def half_steps(run_id: int) -> list[str]:
    """Look at the run as one reader does, in one REPEATABLE READ transaction, for anything of an unfinished step."""
    wrong = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT step, digest, impressions_digest, events FROM simapp_run WHERE id = %s", [run_id])
        step, digest, impressions, events = cursor.fetchone()
        if step < 0:
            return []
        for table in BY_STEP:
            cursor.execute(f"SELECT max(step) FROM {table} WHERE run_id = %s", [run_id])
            newest = cursor.fetchone()[0]
            if newest is not None and newest > step:
                wrong.append(f"{table} holds step {newest} of run {run_id}, which is at step {step}")
        cursor.execute("SELECT count(*), max(step) FROM run_step WHERE run_id = %s", [run_id])
        if cursor.fetchone() != (step + 1, step):
            wrong.append(f"run {run_id} is at step {step} and its steps have holes")
        cursor.execute(
            "SELECT digest, impressions_digest FROM run_step WHERE run_id = %s AND step = %s", [run_id, step]
        )
        if cursor.fetchone() != (digest, impressions):
            wrong.append(f"the digests of run {run_id} are not those of its step {step}")
        cursor.execute("SELECT count(*) FROM run_event WHERE run_id = %s", [run_id])
        if cursor.fetchone()[0] != events:
            wrong.append(f"run {run_id} does not count its events right at step {step}")
    return wrong


def missing_files(run_id: int) -> list[str]:
    """Look for registered files that are not there; old snapshots go, row first."""
    gone = []
    for name in RunFile.objects.filter(run_id=run_id, good=True).values_list("name", flat=True):
        if not (run_folder(run_id) / name).exists():
            gone.append(name)
    still = RunFile.objects.filter(run_id=run_id, good=True, name__in=gone).values_list("name", flat=True)
    return [f"run {run_id} has lost {name}" for name in still if not (run_folder(run_id) / name).exists()]


def pages(visitor: Visitor, run_id: int) -> list[str]:
    """Ask for the run's page and its points."""
    try:
        visitor.get(f"/runs/{run_id}/")
        found = visitor.points(run_id, -1)
    except AWAY as problem:
        return [f"the page of run {run_id} does not answer: {problem!r}"]
    if [row["step"] for row in found["points"]] != list(range(found["step"] + 1)):
        return [f"the points of run {run_id} have holes"]
    return []


def ending(run: Run, story: Story) -> list[str]:
    """Compare a run that is over with the undisturbed one, and with its own replay."""
    if (run.status, run.step) != ("finished", run.steps):
        return [f"run {run.pk} is {run.status} at step {run.step} of {run.steps}: {run.error}"]
    wrong = []
    if run.digest_hex != story.digest:
        wrong.append(f"the digest of run {run.pk} ({story.name}) is not that of an undisturbed one")
    if bytes(run.impressions_digest or b"").hex() != story.impressions:
        wrong.append(f"the impressions of run {run.pk} ({story.name}) are not those of an undisturbed one")
    if run.events != story.events:
        wrong.append(f"run {run.pk} counts {run.events} events, the undisturbed one {story.events}")
    for table, rows in left_by(run).items():
        if rows != story.rows[table]:
            differ = len(set(rows) ^ set(story.rows[table]))
            wrong.append(f"{table} of run {run.pk} ({story.name}) differs in {differ} rows")
    again = replay(run, workers=Workers(1))
    if again.differs_at is not None:
        wrong.append(f"the replay of run {run.pk} differs at step {again.differs_at} in its {again.what}")
    for name, digest in RunFile.objects.filter(run_id=run.pk, good=True).values_list("name", "hash"):
        try:
            read_verified(run_folder(run.pk) / name, digest)
        except FileDamaged as problem:
            wrong.append(f"run {run.pk}: {problem}")
    return wrong


def watched(watcher: Watcher, run: Run, series: dict[int, Any]) -> list[str]:
    """Compare what a browser saw with the run's own points."""
    if not watcher.done.is_set():
        known = f"knows {watcher.known} of {run.step} steps and that it is {watcher.status!r}"
        return [f"who watched run {run.pk} {known}, on line {watcher.lines}, {watcher.problem or 'still listening'}"]
    differ = [step for step, row in series.items() if not same(watcher.steps[step], row)]
    return [f"who watched run {run.pk} saw something else at steps {differ[:5]}"] if differ else []


def same(seen: dict[str, Any], kept: dict[str, Any]) -> bool:
    """Whether a step that was seen is the step that is kept; charts are given six digits."""
    if seen["counts"] != kept["counts"] or set(seen["metrics"]) != set(kept["metrics"]):
        return False
    pairs = [(seen["metrics"][name], kept["metrics"][name]) for name in kept["metrics"]]
    return all(_close(*numbers) for one, other in pairs for numbers in zip(one, other, strict=True))


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-6)


def export_whole(export: Export) -> list[str]:
    """Read an export's files and compare them with its manifest."""
    if export.status != "done":
        return [f"export {export.pk} is {export.status}: {export.error}"]
    folder = Path(export.path)
    return [
        f"export {export.pk}: {file['name']} is not what its manifest says"
        for file in export.manifest["files"]
        if entry(folder / file["name"], about="")["sha256"] != file["sha256"]
    ]
