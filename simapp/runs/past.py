"""What a run already has behind it, as its owner needs it: digests, inputs, the last step's message."""

from __future__ import annotations

from simapp.engine.interventions import Intervention
from simapp.models import RunInput, RunStep


def digest_at(run_id: int, step: int) -> bytes:
    """Return the 32-byte event digest after a committed step; raises RunStep.DoesNotExist."""
    return bytes(RunStep.objects.only("digest").get(run_id=run_id, step=step).digest)


def digests_at(run_id: int, step: int) -> tuple[bytes, bytes]:
    """Return the digests of a committed step's events and impressions; raises RunStep.DoesNotExist."""
    row = RunStep.objects.only("digest", "impressions_digest").get(run_id=run_id, step=step)
    return bytes(row.digest), bytes(row.impressions_digest)


def inputs_at(run_id: int, step: int) -> list[Intervention]:
    """Return what entered the run from outside its seed at a step, in the order of the input log."""
    rows = RunInput.objects.filter(run_id=run_id, step=step).order_by("seq")
    return [Intervention(row.kind, row.step, dict(row.payload)) for row in rows]


def feed_switches_before(run_id: int, step: int) -> list[Intervention]:
    """Return the recorded switches of the feed up to and with a step: a world that is restored there has the last."""
    rows = RunInput.objects.filter(run_id=run_id, step__lte=step, kind="switch_feed").order_by("step", "seq")
    return [Intervention(row.kind, row.step, dict(row.payload)) for row in rows]
