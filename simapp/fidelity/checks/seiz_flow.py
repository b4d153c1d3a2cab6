"""SEIZ follows its differential equations; without thought and doubt it is plain contagion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from agents.spread.seiz import EXPOSED, SCEPTIC, STATES, Seiz
from simapp.engine.core.population import SeedPost
from simapp.fidelity.base import Bench, Check, Finding, judged
from simapp.fidelity.cascades import sizes, spreading
from simapp.fidelity.worlds import assemble, seed_of

HOURS = 10
MINUTES = 3
RATES: dict[str, float] = {"beta": 1.5, "b": 1.0, "rho": 0.8, "epsilon": 0.1, "p": 0.3, "l": 0.4}
PLAIN: dict[str, float] = {"beta": 1.5, "b": 0.0, "rho": 0.0, "epsilon": 0.0, "p": 1.0, "l": 0.0}
SCEPTICS = 0.05
BEGUN = 0.02


class Here(Check):
    """One post that a fiftieth of the users shares at first, everybody meets everybody, steps of three minutes.

    Parts of the population in S, E, I, Z are compared with the equations when a quarter, half and all of ten hours
    are over, from the state that the world had after its first step.
    """

    order = 31
    expected = (
        "S, E, I, Z as the equations say; S + E + I + Z = N; l = 0, Z = 0, p = 1: logistic growth; R_SI 1.833"
    )
    source = "Bettencourt et al. 2006, Physica A 364, 513; Jin et al. 2013, SNA-KDD"
    cost = 12

    def run(self, bench: Bench) -> Finding:
        users = bench.size(20_000, 6_000)
        worst, constant = _worst(bench, users, RATES, SCEPTICS)
        plain, _ = _worst(bench, users, PLAIN, 0.0)
        indicator = Seiz(**RATES).rumour_indicator
        known = ((1 - 0.3) * 1.5 + (1 - 0.4) * 1.0) / (0.8 + 0.1)
        # Early growth multiplies the noise of the first few hundred sharers; half a step of three minutes is bias.
        bound = 4.0 * 0.5 / np.sqrt(BEGUN * users) * 0.5 + 0.5 * MINUTES / 60.0 * RATES["beta"] * 0.25
        ok = max(worst, plain) <= bound and constant and abs(indicator - known) < 1e-12
        measured = f"largest gap {worst:.4f} of all users, plain {plain:.4f}; R_SI {indicator:.3f}"
        return judged(bool(ok), measured, f"{bound:.3f} (4 standard errors of the start and half a step)")


def _worst(bench: Bench, users: int, rates: dict[str, float], sceptics: float) -> tuple[float, bool]:
    """Return (largest distance from the equations in parts of all users, whether the total stayed)."""
    spread = {"kind": "seiz", **rates, "sceptics": sceptics, "contacts": "everyone"}
    document = spreading(users, spread, clock={"minutes_per_step": MINUTES})
    simulation = assemble(document, seed_of(bench, "seiz"), seeds=[SeedPost(0, "rumour", 0, None, 0.0)])
    _share(simulation, round(BEGUN * users))
    simulation.step()
    begun = _parts(simulation)
    steps, gap, constant = HOURS * 60 // MINUTES, 0.0, True
    flow = solve_ivp(_flow, (0.0, HOURS), begun, args=(rates,), rtol=1e-8, atol=1e-10, dense_output=True)
    for step in range(1, steps + 1):
        simulation.step()
        if step in {steps // 4, steps // 2, steps}:
            found = _parts(simulation)
            gap = max(gap, float(np.abs(found - flow.sol(step * MINUTES / 60.0)).max()))
            constant &= abs(found.sum() - 1.0) < 1e-12 and bool((found >= 0).all())
    return gap, constant


def _share(simulation: Any, many: int) -> None:
    """Let users 1 .. many - 1 repost the post, through the door."""
    from simapp.engine.actions.door import carry_out
    from simapp.engine.actions.registry import code_of
    from simapp.engine.core.batches import ActionBatch

    batch = ActionBatch.empty(many - 1)
    batch.actor[:], batch.code[:], batch.post[:] = np.arange(1, many), code_of("repost"), 0
    carry_out(simulation.world, batch)


def _parts(simulation: Any) -> NDArray[np.float64]:
    """Return the parts of all users in S, E, I, Z."""
    world = simulation.world
    states = world.extra.get(STATES, np.zeros(0, np.uint8))
    infected = int(sizes(simulation)[0])
    exposed, sceptic = int((states == EXPOSED).sum()), int((states == SCEPTIC).sum())
    users = len(world.users)
    return np.array([users - exposed - infected - sceptic, exposed, infected, sceptic]) / users


def _flow(_time: float, parts: NDArray[np.float64], rates: dict[str, float]) -> list[float]:
    s, e, i, z = parts
    by_i, by_z = rates["beta"] * s * i, rates["b"] * s * z
    thought = rates["rho"] * e * i + rates["epsilon"] * e
    return [
        -by_i - by_z,
        (1 - rates["p"]) * by_i + (1 - rates["l"]) * by_z - thought,
        rates["p"] * by_i + thought,
        rates["l"] * by_z,
    ]
