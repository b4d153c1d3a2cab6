"""What everybody thought after a step, from the log of that step."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import SociariumError
from simapp.store.files import FileRow, list_files, read_verified, run_folder
from simapp.store.lineage import Segment, holder_of, segments_of
from simapp.store.parquet import read_log
from simapp.store.rows import RunFile

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from numpy.typing import NDArray

    from simapp.store.models import Run


class NoLongerKept(SociariumError):
    """A log that was let go by the run's retention rule."""


def opinions_at(run: Run, step: int) -> NDArray[np.float32]:
    """Return shown opinions float32[N, T] in [-1, 1] after a committed step, an ancestor's for a shared one.

    Raises LookupError for a step that is not part of the run's past, NoLongerKept with one sentence for one whose
    log is gone by rule, FileDamaged for one that is gone without.
    """
    place = holder_of(segments_of(run), step)
    found = list_files(place.run_id, "opinions", after=step - 1, upto=step)
    if not found:
        msg = f"The opinions of step {step} of run {run.pk} are no longer kept (the run's retention rule)."
        raise NoLongerKept(msg)
    frame = read_log(run_folder(place.run_id), found[0][1])
    columns = sorted((name for name in frame.columns if name != "user"), key=lambda name: int(name.split("_")[1]))
    return np.ascontiguousarray(frame.sort("user").select(columns).to_numpy(), np.float32)


def newest_opinion(run: Run, step: int, topic: int) -> tuple[int, NDArray[np.float32]]:
    """Return the newest step up to `step` whose log is kept, and what everybody thought of a topic then, float32[N].

    Raises NoLongerKept with one sentence where no log up to that step is kept, and FileDamaged.
    """
    for segment in reversed(segments_of(run, step)):
        kept = _kept(segment).filter(step__lte=min(step, segment.last)).order_by("-step")
        found = kept.values_list("step", "kind", "name", "hash", "bytes", "rows").first()
        if found is not None:
            return found[0], read_opinion(segment.run_id, FileRow(*found[1:]), topic)
    msg = f"The opinions of run {run.pk} up to step {step} are no longer kept (the run's retention rule)."
    raise NoLongerKept(msg)


def opinion_steps(run: Run) -> list[tuple[int, int, FileRow]]:
    """Return (step, the number under which it lies, file) of every log of opinions that is kept, by step."""
    found = []
    for segment in segments_of(run):
        rows = _kept(segment).order_by("step").values_list("step", "kind", "name", "hash", "bytes", "rows")
        found += [(row[0], segment.run_id, FileRow(*row[1:])) for row in rows]
    return found


def read_opinion(rows: int, file: FileRow, topic: int) -> NDArray[np.float32]:
    """Return shown opinions on one topic float32[N] from a log. Raises FileDamaged."""
    import polars as pl

    data = io.BytesIO(read_verified(run_folder(rows) / file.name, file.hash))
    frame = pl.read_parquet(data, columns=["user", f"topic_{topic}"])
    return np.ascontiguousarray(frame.sort("user")[f"topic_{topic}"].to_numpy(), np.float32)


def _kept(segment: Segment) -> QuerySet[RunFile]:
    place = {"run_id": segment.run_id, "step__range": (segment.first, segment.last)}
    return RunFile.objects.filter(kind="opinions", good=True, kept=True, **place)
