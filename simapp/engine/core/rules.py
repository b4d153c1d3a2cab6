"""The platform's rules, as the engine needs them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


def _all_offered() -> NDArray[np.bool_]:
    return np.ones(256, np.bool_)


@dataclass(frozen=True)
class Rules:
    """offered bool[256] by action code; `hot_steps`: steps for which a post can be shown; `report_threshold`:
    reports from which on a post is shown with a warning."""

    offered: NDArray[np.bool_] = field(default_factory=_all_offered)
    allow_self_rating: bool = False
    exclusive_votes: bool = False
    show_score: bool = False
    hot_steps: int = 48
    seen_memory: int = 200
    report_threshold: int = 2
