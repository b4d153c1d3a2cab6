"""Lets go of files that a run no longer keeps: its owner does it after a commit, a few files at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simapp.models import Run
from simapp.runs import services
from simapp.runs.leases import Lease
from simapp.store.retention import Rule, checked, let_go, rule_for

EVERY = 8  # steps between two looks, so that a small step does not pay for one
MOST = 16  # files of a kind that go at a look: twice as many as came since
KINDS = ("impressions", "opinions")


@dataclass
class Keeping:
    """One owner's view of how long its run keeps files; members may change that while it goes on."""

    run: Run
    lease: Lease
    keep: dict[str, str] = field(default_factory=dict)
    _done: dict[tuple[str, Rule], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keep = dict(self.run.keep)

    def snapshots(self) -> Rule:
        """Return the rule for snapshots."""
        return rule_for(self.keep, "snapshots")

    def after(self, step: int) -> None:
        """Look, now and then, for what is no longer kept after a committed step."""
        if step % EVERY and step != self.run.steps:
            return
        self.keep = dict(Run.objects.values_list("keep", flat=True).get(pk=self.run.pk))
        for kind in KINDS:
            rule = rule_for(self.keep, kind)
            self._done[kind, rule] = let_go(
                self.run.pk, self.lease.token, self.run.rows, kind, rule,
                newest=step, after=self._done.get((kind, rule), -1), most=MOST,
            )  # fmt: skip


def set_keep(*, run: Run, member: Any, keep: Mapping[str, str]) -> None:
    """Set how long a run keeps its files; what is left out goes by the installation's rule. Raises WrongInput.

    A stricter rule takes hold while the run goes on, a few files per step; what is gone does not come back.
    """
    rules = checked({name: text for name, text in keep.items() if text.strip()})
    Run.objects.filter(pk=run.pk).update(keep=rules)
    run.keep = rules
    services.note(member, "keep", run, **rules)
