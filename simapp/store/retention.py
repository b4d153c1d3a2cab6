"""How long files are kept: all, the last N, every K-th, or the last N and every K-th before them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from simapp.engine.core.errors import WrongInput
from simapp.store.files import run_folder
from simapp.store.lineage import Segment, belongs

KEPT = ("impressions", "opinions", "snapshots")
FEWEST_SNAPSHOTS = 2  # one may turn out damaged
_WORDS = re.compile(r"^(?:last (\d{1,7}))?(?: ?,? ?every (\d{1,7}))?$")


@dataclass(frozen=True)
class Rule:
    """last: so many newest are kept (0: none for that reason); every: of older ones each `every`-th (0: none).

    Both 0 keeps all. Impressions and opinions are counted in steps and kept by step number. Snapshots lie
    further apart: the last so many of them, and the first in each stretch of `every` steps.
    """

    last: int = 0
    every: int = 0

    @property
    def all(self) -> bool:
        """Whether nothing ever goes."""
        return not self.last and not self.every

    def old_snapshots(self, steps: Sequence[int]) -> list[int]:
        """Return which of a run's snapshots (steps, ascending) are kept no longer."""
        if self.all:
            return []
        older = list(steps)[: -max(self.last, FEWEST_SNAPSHOTS)]
        if not self.every:
            return older
        first = {step // self.every: step for step in reversed(steps)}
        return [step for step in older if first[step // self.every] != step]


def read_rule(text: str, name: str) -> Rule:
    """Return the rule in words ("all", "last 100", "every 10", "last 100 every 10"); WrongInput names `name`."""
    plain = " ".join(text.lower().split())
    found = _WORDS.match(plain)
    if plain == "all":
        return Rule()
    if not plain or found is None or "0" in {n.lstrip("0") or "0" for n in found.groups() if n is not None}:
        msg = f"{name} is {text[:40]!r}; it must be all, last N, every K, or last N every K, with N and K from 1 on."
        raise WrongInput(msg)
    return Rule(int(found[1] or 0), int(found[2] or 0))


def checked(keep: Mapping[str, str]) -> dict[str, str]:
    """Return a run's own rules, by what they are about, in plain words; WrongInput names what does not fit."""
    for name in keep:
        if name not in KEPT:
            msg = f"keep names {name[:40]!r}; it must be one of {', '.join(KEPT)}."
            raise WrongInput(msg)
    for name, text in keep.items():
        read_rule(text, name)
    return {name: " ".join(text.lower().split()) for name, text in keep.items()}


def rule_for(keep: Mapping[str, str], name: str) -> Rule:
    """Return the rule of a run that has `keep`: its own or the installation's."""
    words = keep.get(name)
    if words:
        return read_rule(words, name)
    return read_rule(str(settings.SOCIARIUM_KEEP[name]), f"SOCIARIUM_KEEP_{name.upper()}")


def let_go(run_id: int, token: int, rows: int, kind: str, rule: Rule, *, newest: int, after: int, most: int) -> int:
    """Remove at most `most` files of a kind that `rule` no longer keeps, of the steps behind `after`.

    Rows are marked where the run still has this token, and files go once that is committed: a file that outlives
    its mark is swept. Returns the step up to which nothing is left to do.
    """
    upto = newest - max(rule.last, 1)
    if rule.all or upto <= after:
        return after
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE run_file SET kept = false WHERE run_id = %(rows)s AND kind = %(kind)s AND step IN (
                 SELECT step FROM run_file WHERE run_id = %(rows)s AND kind = %(kind)s AND kept
                   AND step > %(after)s AND step <= %(upto)s AND (%(every)s = 0 OR step %% greatest(%(every)s, 1) <> 0)
                 ORDER BY step LIMIT %(most)s)
               AND EXISTS (SELECT 1 FROM simapp_run WHERE id = %(run)s AND token = %(token)s)
               RETURNING step, name""",
            {
                "rows": rows, "kind": kind, "after": after, "upto": upto, "every": rule.every, "most": most,
                "run": run_id, "token": token,
            },
        )  # fmt: skip
        gone = sorted(cursor.fetchall())
    for _, name in gone:
        (run_folder(rows) / name).unlink(missing_ok=True)
    return gone[-1][0] if len(gone) == most else upto


def no_longer_kept(segments: Sequence[Segment], kinds: Sequence[str] = ("impressions", "opinions")) -> list[str]:
    """Return a sentence per kind of which files were let go; readers pass them over and say so."""
    sentences: list[str] = []
    with connection.cursor() as cursor:
        for kind in kinds:
            where = belongs("x", segments)
            cursor.execute(
                f"SELECT count(*), min(step), max(step) FROM run_file x WHERE kind = %s AND NOT kept AND {where}",  # noqa: S608
                [kind],
            )
            found: tuple[Any, ...] = cursor.fetchone()
            if found[0]:
                steps = f"{found[0]} steps, of steps {found[1]} to {found[2]}"
                sentences.append(f"The {kind} of {steps}, are no longer kept (the run's retention rule).")
    return sentences
