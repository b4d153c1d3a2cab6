"""verdict_agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.metrics._of_verdicts import verdicts
from simapp.metrics.base import OnDemand
from simapp.metrics.files import Score, against
from simapp.metrics.toxicity_agreement import kappa

if TYPE_CHECKING:
    from simapp.metrics.files import Files


class Here(OnDemand):
    """Whether a judge says the same when two answers change places."""

    name, label, group = "verdict_agreement", "Agreement of the judge with itself", "comparisons"
    formula = (
        "Cohen's kappa of the verdicts in both orders, each of A, B or neutral: (p_o - p_e)/(1 - p_e), p_o the"
        " share of pairs with the same verdict, p_e the sum over A, B and neutral of the product of their shares in"
        " either order; each pair of answers A, B is judged twice, the second time in the other order: forward says"
        " which of (A, B) is more extreme, backward which of (B, A): first, second or neutral"
    )
    range = (-1.0, 1.0)
    direction = (
        "1 order does not matter, 0 as by chance; low values make the other figures of the judge worthless"
    )
    edge_cases = "missing when chance alone agrees always"
    null = "verdicts in the second order shuffled over the pairs"
    example = (
        "forward,backward | first,second | first,second | second,first | first,first | neutral,neutral gives 0.6875"
    )
    reference = "Cohen 1960, Educational and Psychological Measurement 20:37-46"
    cost = "O(rows), for the value and for each draw"
    reads = ("verdicts",)

    def score(self, files: Files) -> Score:
        forward, backward = verdicts(files)
        null = (kappa(forward, order) for order in files.shuffles(self.name, backward))
        return against(kappa(forward, backward), null)
