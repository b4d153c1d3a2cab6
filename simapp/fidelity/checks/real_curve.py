"""The one real propagation curve that OASIS ships, by its own measure, beside two baselines."""

from __future__ import annotations

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, reported
from simapp.fidelity.propagation import STATISTICS, errors, mean_curve, real_case, simulated, star
from simapp.fidelity.worlds import seed_of

REPLICATES = 20
T_95 = 2.093  # 19 degrees of freedom


class Here(Check):
    """Gallery scenario `real-curve` on the case's 111 people and 85 follows, 150 minutes, 20 replicates.

    Everybody is a sharer, as in OASIS's populations; delays are log-normal with the median and spread of Twitter15. The
    curve itself was not used to set anything.
    """

    order = 32
    expected = (
        "mean of the three normalised errors below that of the better baseline (star broadcast, mean curve)"
    )
    source = "camel-ai/oasis, False_Business_0; formula of its visualization code: RMSE over 150 minutes / max(real)"
    cost = 10

    def run(self, bench: Bench) -> Finding:
        case = real_case(bench)
        found = np.array(
            [errors(simulated(case, seed_of(bench, "curve", nth)), case.real) for nth in range(REPLICATES)]
        )
        mean, half = found.mean(axis=0), T_95 * found.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
        overall, whole = (
            float(mean.mean()),
            T_95 * float(found.mean(axis=1).std(ddof=1)) / np.sqrt(REPLICATES),
        )
        beside = {
            "star": errors(star(case), case.real),
            "mean curve": errors(mean_curve(bench, case.users), case.real),
        }
        better = min(beside, key=lambda name: float(beside[name].mean()))
        bar = float(beside[better].mean())
        said = ", ".join(
            f"{name} {m:.3f} +- {h:.3f}" for name, m, h in zip(STATISTICS, mean, half, strict=True)
        )
        baselines = "; ".join(
            f"{name} {float(e.mean()):.3f} ({', '.join(f'{x:.3f}' for x in e)})" for name, e in beside.items()
        )
        beats = overall + whole < bar
        remark = f"{'beats' if beats else 'does not beat'} the better baseline ({better}, {bar:.3f})"
        losing = [
            name
            for name, m, b in zip(STATISTICS, mean, np.min(list(beside.values()), axis=0), strict=True)
            if m > b
        ]
        if losing:
            remark += f"; alone, {' and '.join(losing)} are closer under one of the baselines"
        return reported(
            beats,
            f"{overall:.3f} +- {whole:.3f}: {said}; {baselines}",
            "95 % interval of 20 replicates",
            remark,
        )
