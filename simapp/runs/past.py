"""What a run already has behind it, as its owner needs it: digests and inputs, its own and its ancestors'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.engine.interventions import Intervention
from simapp.models import RunInput, RunStep
from simapp.store.lineage import Segment, holder_of

if TYPE_CHECKING:
    from collections.abc import Sequence

def digest_at(segments: Sequence[Segment], step: int) -> bytes:
    """Return the 32-byte event digest after a committed step; raises RunStep.DoesNotExist."""
    return digests_at(segments, step)[0]


def digests_at(segments: Sequence[Segment], step: int) -> tuple[bytes, bytes]:
    """Return the digests of a committed step's events and impressions; raises RunStep.DoesNotExist."""
    rows = RunStep.objects.only("digest", "impressions_digest")
    row = rows.get(run_id=holder_of(segments, step).run_id, step=step)
    return bytes(row.digest), bytes(row.impressions_digest)


def inputs_at(rows: int, step: int) -> list[Intervention]:
    """Return what entered from outside the seed at a step, in the order of the input log kept under `rows`."""
    found = RunInput.objects.filter(run_id=rows, step=step).order_by("seq")
    return [Intervention(row.kind, row.step, dict(row.payload)) for row in found]


def feed_switches(segments: Sequence[Segment], *, after: int, upto: int) -> list[Intervention]:
    """Return the recorded switches of the feed of the steps after < step <= upto, in order.

    A world that is restored after step `upto` has the last of them.
    """
    switches: list[Intervention] = []
    for segment in segments:
        first, last = max(segment.first, after + 1), min(segment.last, upto)
        rows = RunInput.objects.filter(
            run_id=segment.run_id, step__gte=first, step__lte=last, kind="switch_feed"
        )
        switches += [
            Intervention(row.kind, row.step, dict(row.payload)) for row in rows.order_by("step", "seq")
        ]
    return switches
