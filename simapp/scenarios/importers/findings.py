"""What an import found: the usable people, and every row or part of a row that was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simapp.engine.core.population import ProfileRow, SeedPost

MAX_BYTES = 64 * 2**20
MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
MAX_TEXT = 10_000
MAX_POST = 5_000
MAX_POSTS_PER_USER = 1_000

Missing = Literal["user", "follow", "post", "activity", "field"]


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """Something of the file that was not taken over.

    `row` counts data rows from 0 (the header is not counted), which is how OASIS numbers users;
    `reason` is one sentence; `part` says what is missing: the whole user, follows, posts, the hourly
    activity or a single field.
    """

    row: int
    reason: str
    part: Missing = "user"

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"


@dataclass(frozen=True)
class PeopleImport:
    """N people read from a file, with M follows.

    format: `oasis-x`, `oasis-reddit`, or `graph-` and the format of a graph; name: of the file; sha256: of its
    bytes (hex).
    profiles[N]; age int16[N] (0 = unknown); gender uint8[N] (index into GENDERS).
    hourly float64[N, 24]: activity counts per hour of the day (UTC), NaN for users without them.
    follower, followee int32[M]: follower -> followee, no loops, no duplicates.
    seed_posts: earlier posts in the file, author = user number. rows int32[N]: row of each user.
    skipped: what was left out and why; notes: what else the importer decided.
    """

    format: str
    name: str
    sha256: str
    profiles: list[ProfileRow]
    age: NDArray[np.int16]
    gender: NDArray[np.uint8]
    hourly: NDArray[np.float64]
    follower: NDArray[np.int32]
    followee: NDArray[np.int32]
    seed_posts: list[SeedPost]
    rows: NDArray[np.int32]
    skipped: list[SkippedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_graph(self) -> bool:
        """Whether the file says who follows whom and nothing else."""
        return self.format.startswith("graph-")

    @property
    def users(self) -> int:
        """Number of users N."""
        return len(self.profiles)

    @property
    def follows(self) -> int:
        """Number of follows M."""
        return int(self.follower.shape[0])
