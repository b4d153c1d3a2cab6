"""A run's place among its relatives: where it was forked from, what was forked from it, what a rewind took off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from simapp.models import Run
from simapp.runs import access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.models import Cell

MOST = 20  # forks and tails that a page names


@dataclass(frozen=True)
class Relatives:
    """`parent`: the run that this one was forked from at `at`, None for none (and for one that may not be seen,
    of which `at` tells still). forks, tails: newest first, at most MOST; `more`: there are others. tail_of: whose
    tail this run is. cell: its place in an experiment, None for none."""

    parent: Run | None
    at: int | None
    forks: Sequence[Run]
    tails: Sequence[Run]
    more: bool
    tail_of: Run | None
    cell: Cell | None = None

    @property
    def any(self) -> bool:
        """Whether there is anything to say."""
        known = (self.at, self.tail_of, self.cell)
        return bool(self.forks) or bool(self.tails) or any(one is not None for one in known)


def relatives(run: Run, member: Any) -> Relatives:
    """Return the relatives of a run that a member may see."""
    visible = access.runs_for(member)
    above, at = run.parent, run.fork_step
    while above is not None and above.tail_of_id == run.pk:
        # A rewound run stands on its own tail; where it comes from is said by what was before the first rewind.
        above, at = above.parent, above.fork_step
    parent = visible.filter(pk=above.pk).first() if above is not None else None
    # What was forked from the run before a rewind is now a fork of its tail; a rewound run stands on its tail.
    near = Q(parent=run.pk) | Q(parent__tail_of=run.pk) | Q(tail_of=run.pk)
    found = list(visible.filter(near).exclude(pk__in=[run.pk, run.tail_of_id or 0]).order_by("-pk")[: MOST + 1])
    forks = [each for each in found if each.tail_of_id is None]
    tails = [each for each in found if each.tail_of_id == run.pk]
    return Relatives(
        parent=parent,
        at=at,
        forks=forks[:MOST],
        tails=tails[:MOST],
        more=len(found) > MOST,
        tail_of=visible.filter(pk=run.tail_of_id).first() if run.tail_of_id else None,
        cell=getattr(run, "cell", None),
    )
