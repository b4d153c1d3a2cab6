"""What a pipeline is made of. A part is one file in its folder that defines a class called `Here`.

The file name is the part's registered name. A part keeps its settings and nothing else: what belongs
to a run lives in the world, what belongs to a step lives on the board.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.board import Board, Turn
from recommender.candidates import Candidates, Listed
from recommender.parameters import Parameter, checked
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.world import World


class Encoder(Protocol):
    """Turns texts into vectors. The same text gives the same vector whatever it is encoded with."""

    dimensions: int

    @property
    def fingerprint(self) -> str:
        """Everything that the vectors depend on: model, version, number format, library."""
        ...

    def encode(self, texts: list[str]) -> NDArray[np.int8]:
        """Return int8[len(texts), dimensions]: unit vectors times 127."""
        ...


@dataclass(frozen=True)
class Supplies:
    """What a pipeline is given from outside.

    codes: stored action codes by action name. encoder: None = the packaged MiniLM, loaded when first
    needed. cache: folder of encoded texts shared between runs, None = none. device: where vectors are compared ("cpu",
    "cuda"), None = a graphics card where there is one; the feeds are the same.
    """

    codes: Mapping[str, int] = field(default_factory=dict)
    encoder: Encoder | None = None
    cache: Path | None = None
    device: str | None = None


class Part(ABC):
    """A named, documented, parametrised piece of a pipeline."""

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    keeps: ClassVar[str] = ""  # what it keeps in `world.extra`: parts that keep the same learn once

    def __init__(self, supplies: Supplies, params: Mapping[str, float]) -> None:
        self.supplies = supplies
        self.params = checked(self.name, self.parameters, params)

    @property
    def encoder(self) -> str | None:
        """Fingerprint of the encoder that this part's results depend on, if any."""
        return None

    def prepare(self, world: World, board: Board) -> None:  # noqa: B027 (an optional hook)
        """Work out what this part needs for the step; called once per step, before any ranking."""

    def begin(self, turn: Turn) -> None:  # noqa: B027
        """Work out what this part needs for one call of `rank`, after the post scores are known."""

    def learn(self, world: World, events: EventBatch, shown: FeedBatch) -> None:  # noqa: B027
        """Take in what users were shown and did in the step; of parts that keep the same, the first does it."""


class Source(Part):
    """Offers candidates. A `shared` source offers the same rows to everybody.

    The rows of a `reserved` source come in its own order of preference and do not compete by score:
    they get `slots(k)` places of a feed, and all places of a viewer who follows nobody that no other
    source fills. At most one source of a pipeline is reserved.

    A `by_author` source offers a viewer some rows of each followee, the same to every follower.
    """

    shared: ClassVar[bool] = False
    reserved: ClassVar[bool] = False
    by_author: ClassVar[bool] = False

    def pool(self, turn: Turn) -> NDArray[np.int32]:
        """Return rows int32[L] offered to every viewer (shared sources)."""
        raise NotImplementedError

    def gather(self, turn: Turn, viewers: NDArray[np.int32]) -> Listed:
        """Return the rows offered to each viewer (other sources)."""
        raise NotImplementedError

    def authors(self, turn: Turn) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return what each author's followers are offered: rows int32[N, P], how many uint8[N] (by-author sources)."""
        raise NotImplementedError

    def slots(self, k: int) -> int:
        """Return how many of k places are kept for this source (reserved sources)."""
        return 0

    @abstractmethod
    def width(self, turn: Turn) -> float:
        """Return about how many rows a viewer is offered; it only sets the size of chunks."""


class PostFilter(Part):
    """Takes out posts that nobody may be shown."""

    @abstractmethod
    def keep(self, world: World, board: Board) -> NDArray[np.bool_]:
        """Return bool[H]: whether a hot post may be shown to anybody."""


class PairFilter(Part):
    """Takes out posts that a viewer may not be shown."""

    @abstractmethod
    def drop(self, turn: Turn, candidates: Candidates, keep: NDArray[np.bool_]) -> None:
        """Set keep bool[C] to False where this filter refuses a candidate."""


class PostScorer(Part):
    """A feature of a post, the same for every viewer."""

    @abstractmethod
    def of_posts(self, turn: Turn) -> NDArray[np.float64]:
        """Return float64[H], finite; a post's value depends on no other post."""


class PairScorer(Part):
    """A feature of a viewer and a post."""

    @abstractmethod
    def of_pairs(self, turn: Turn, candidates: Candidates) -> NDArray[np.float64]:
        """Return float64[C], finite; a pair's value depends on no other pair."""


class DenseScorer(PairScorer):
    """A feature that follows from a product of two vectors: offset + gain * product / sqrt(mine * theirs).

    Where a length, mine or theirs, is 0, the feature is the offset. `of_pairs` must give these very numbers.
    """

    offset: ClassVar[float] = 0.0
    gain: ClassVar[float] = 1.0

    @abstractmethod
    def left(self, turn: Turn, viewers: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Return the viewers' vectors int8[V, D] and lengths float64[V]."""

    @abstractmethod
    def right(self, turn: Turn, rows: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Return the rows' vectors int8[L, D] and lengths float64[L]."""

    def reach(self, turn: Turn) -> float:
        """Return what abs(product) / sqrt(mine * theirs) never exceeds; 1 where lengths are squared lengths."""
        return 1.0


class Reranker(Part):
    """Reorders a list that is longer than the feed."""

    @abstractmethod
    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        """Return the same posts with new scores, best first; rows stay viewers, -1 stays at the end."""
