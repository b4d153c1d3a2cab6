"""neutral_share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_verdicts import NEUTRAL, verdicts
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, beside

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OnDemand):
    """How often a judge sees no difference in either order."""

    name, label, group = "neutral_share", "Neutral verdicts", "comparisons"
    formula = (
        "pairs that are neutral in both orders / pairs; each pair of answers A, B is judged twice, the second time"
        " in the other order: forward says which of (A, B) is more extreme, backward which of (B, A): first, second"
        " or neutral"
    )
    range = (0.0, 1.0)
    direction = "1 no difference is ever seen"
    edge_cases = "missing without a pair"
    null = "none"
    example = "forward,backward | first,second | first,second | second,first | first,first | neutral,neutral gives 0.2"
    reference = "Yang et al. 2024, OASIS, arXiv:2411.11581"
    cost = "O(rows)"
    reads = ("verdicts",)

    def score(self, files: Files) -> Score:
        forward, backward = verdicts(files)
        return beside(
            float(((forward == NEUTRAL) & (backward == NEUTRAL)).mean()) if forward.shape[0] else None
        )
