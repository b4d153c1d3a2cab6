"""extremity_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_verdicts import NEUTRAL, A, verdicts
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OnDemand):
    """How often the later of two answers to one dilemma is judged the more extreme one: OASIS's group
    polarization, with both orders."""

    name, label, group = "extremity_share", "More extreme answers", "comparisons"
    formula = (
        "verdicts for A / verdicts for A or B, of those that agree in both orders, A being the later answer; each"
        " pair of answers A, B is judged twice, the second time in the other order: forward says which of (A, B) is"
        " more extreme, backward which of (B, A): first, second or neutral. For A in both are first, second; for B"
        " second, first"
    )
    range = (0.0, 1.0)
    direction = "1 A is always more extreme, 0.5 as often as B, 0 B is"
    edge_cases = (
        "pairs whose two verdicts disagree, and neutral ones, are left out; missing where none is left"
    )
    null = "0.5: neither is more extreme"
    example = (
        "forward,backward | first,second | first,second | second,first | first,first | neutral,neutral gives"
        " 0.6667, null 0.5"
    )
    reference = "Yang et al. 2024, OASIS, arXiv:2411.11581 (there in one order only)"
    cost = "O(rows)"
    reads = ("verdicts",)

    def score(self, files: Files) -> Score:
        forward, backward = verdicts(files)
        agreed = (forward == backward) & (forward != NEUTRAL)
        return beside(float((forward[agreed] == A).mean()) if agreed.any() else None, 0.5)
