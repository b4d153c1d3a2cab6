"""What the stages of a step hand to each other: struct-of-arrays batches.

Requests are in canonical order: ascending actor, then the number that names each of an actor's requests. It is an
order of what they are, so that of arrival cannot show.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


def _is_everything(rows: NDArray[Any]) -> bool:
    return bool((rows == np.arange(rows.shape[0])).all())


@dataclass
class _Columns:
    """Arrays of equal length, one attribute per column."""

    def __len__(self) -> int:
        return int(getattr(self, fields(self)[0].name).shape[0])

    def take(self, rows: NDArray[Any]) -> Self:
        """Return the rows chosen by an index or boolean array; by an index of all in order, the batch itself."""
        if rows.dtype != np.bool_ and rows.shape[0] == len(self) and _is_everything(rows):
            return self
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def join(cls, parts: list[Self]) -> Self:
        """Concatenate batches in the given order; an empty list gives an empty batch.

        Where only one has rows it is returned itself: of a million users a copy is a hundred MiB.
        """
        parts = [part for part in parts if len(part)] or parts[:1]
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        return cls(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)})

    @classmethod
    def empty(cls, rows: int = 0) -> Self:
        raise NotImplementedError


@dataclass
class FeedBatch(_Columns):
    """Ranked lists for V viewers.

    viewers int32[V] ascending; posts int64[V, k] serials, best first, -1 padding at the end;
    scores float32[V, k], non-increasing (0 where padded); sources uint8[V, k]: index into the
    pipeline's source names.
    """

    viewers: NDArray[np.int32]
    posts: NDArray[np.int64]
    scores: NDArray[np.float32]
    sources: NDArray[np.uint8]

    @classmethod
    def empty(cls, rows: int = 0, k: int = 1) -> FeedBatch:
        return cls(
            np.zeros(rows, np.int32),
            np.full((rows, k), -1, np.int64),
            np.zeros((rows, k), np.float32),
            np.zeros((rows, k), np.uint8),
        )


@dataclass
class ActionBatch(_Columns):
    """A requests to change the world.

    actor int32[A] (ids.SYSTEM for the scenario); code uint8 action code; n uint16: tells
    an actor's actions of one step apart (and names what is written, see ids.post_key); post int64 serial of the
    target post, -1 none; user int32 target user, -1 none; text int32 text id, -1 none; topic int16,
    -1 unknown; stance float32 in [-1, 1]; opinion float32 native; appeal float32 >= 0; item int32 id of a
    group or product, -1 none; amount int16: how many, 0 none.
    """

    actor: NDArray[np.int32]
    code: NDArray[np.uint8]
    n: NDArray[np.uint16]
    post: NDArray[np.int64]
    user: NDArray[np.int32]
    text: NDArray[np.int32]
    topic: NDArray[np.int16]
    stance: NDArray[np.float32]
    opinion: NDArray[np.float32]
    appeal: NDArray[np.float32]
    item: NDArray[np.int32]
    amount: NDArray[np.int16]

    @classmethod
    def empty(cls, rows: int = 0) -> ActionBatch:
        """Return `rows` rows without targets."""
        return cls(
            np.zeros(rows, np.int32),
            np.zeros(rows, np.uint8),
            np.zeros(rows, np.uint16),
            np.full(rows, -1, np.int64),
            np.full(rows, -1, np.int32),
            np.full(rows, -1, np.int32),
            np.full(rows, -1, np.int16),
            np.zeros(rows, np.float32),
            np.zeros(rows, np.float32),
            np.zeros(rows, np.float32),
            np.full(rows, -1, np.int32),
            np.zeros(rows, np.int16),
        )


TIERS = ("rules", "archetype", "local", "endpoint", "replay", "human", "scenario")


REASONS = (
    "as set", "named", "reach", "novelty", "stakes", "limit reached", "no answer in time", "not readable",
)  # fmt: skip
"""Why a tier decided: the rule that chose the user, or what kept a model from deciding."""


@dataclass
class DecisionBatch:
    """What minds chose: `actions` (do-nothing included), tier uint8[A], index into TIERS, and reason uint8[A],
    index into REASONS (left out: as set). The reason is logged and in no digest."""

    actions: ActionBatch
    tier: NDArray[np.uint8]
    reason: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))

    def __post_init__(self) -> None:
        if self.reason.shape[0] != self.tier.shape[0]:
            self.reason = np.zeros(self.tier.shape[0], np.uint8)

    @classmethod
    def join(cls, parts: list[DecisionBatch]) -> DecisionBatch:
        """Concatenate batches in the given order."""
        return cls(
            ActionBatch.join([p.actions for p in parts]),
            np.concatenate([p.tier for p in parts] or [np.zeros(0, np.uint8)]),
            np.concatenate([p.reason for p in parts] or [np.zeros(0, np.uint8)]),
        )

    def canonical(self) -> DecisionBatch:
        """Return the decisions by actor and number; itself when they are so already.

        Every decision passes here before it is carried out, whoever made it and whenever it came. Raises ValueError
        when two have one name: what they write would have one identity.
        """
        chosen = self.actions
        name = (chosen.actor.astype(np.int64) << 16) | chosen.n
        if bool((np.diff(name) > 0).all()):
            return self
        order = np.argsort(name, kind="stable")
        twice = np.flatnonzero(np.diff(name[order]) == 0)
        if twice.shape[0]:
            row = order[twice[0]]
            msg = f"user {chosen.actor[row]} has two decisions numbered {chosen.n[row]} in one step"
            raise ValueError(msg)
        return DecisionBatch(chosen.take(order), self.tier[order], self.reason[order])


@dataclass
class EventBatch(_Columns):
    """E facts: what changed, or was refused and why.

    actor int32; code uint8 action code; outcome uint8 (`Outcome`: 0 done, else the refusal);
    n uint16 as in ActionBatch; post int64 *key* of the post that was written or acted on (the original, when
    the target was a repost), -1 none; target int64 *key* of the post named by the request, -1 none;
    user int32 target user (or the target post's author), -1 none; text int32 text id or -1; item int32 id of
    the group or product that was made or named, -1 none; amount int16: how many, 0 none.
    """

    actor: NDArray[np.int32]
    code: NDArray[np.uint8]
    outcome: NDArray[np.uint8]
    n: NDArray[np.uint16]
    post: NDArray[np.int64]
    target: NDArray[np.int64]
    user: NDArray[np.int32]
    text: NDArray[np.int32]
    item: NDArray[np.int32]
    amount: NDArray[np.int16]

    @classmethod
    def empty(cls, rows: int = 0) -> EventBatch:
        """Return `rows` rows without subjects."""
        return cls(
            np.zeros(rows, np.int32),
            np.zeros(rows, np.uint8),
            np.zeros(rows, np.uint8),
            np.zeros(rows, np.uint16),
            np.full(rows, -1, np.int64),
            np.full(rows, -1, np.int64),
            np.full(rows, -1, np.int32),
            np.full(rows, -1, np.int32),
            np.full(rows, -1, np.int32),
            np.zeros(rows, np.int16),
        )
