"""What everybody thought after a step, from the log of that step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import SociariumError
from simapp.store.files import list_files, run_folder
from simapp.store.lineage import holder_of, segments_of
from simapp.store.parquet import read_log

if TYPE_CHECKING:
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
