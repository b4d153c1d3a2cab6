"""Metrics of the catalogue give their known values on the political blogs."""

from __future__ import annotations

from typing import Any

import numpy as np

from simapp.fidelity.base import Bench, Check, Finding, Missing, judged
from simapp.fidelity.graphs import polblogs

KNOWN = {"ei_index": -0.823, "assortativity_discrete": 0.811, "modularity": 0.405, "rwc": 0.518}


class Here(Check):
    """E-I over all distinct edges; assortativity, modularity and RWC in the undirected largest component."""

    order = 15
    expected = ", ".join(f"{name} {value}" for name, value in KNOWN.items())
    source = "Adamic & Glance 2005 with the authors' labels; formulas of the metric catalogue"
    cost = 5

    def run(self, bench: Bench) -> Finding:
        files = blog_files(bench, draws=2)
        found = {name: catalogued(name).score(files).value for name in KNOWN}
        ok = all(abs((found[name] or 0.0) - value) <= 1e-3 for name, value in KNOWN.items())
        return judged(ok, ", ".join(f"{name} {value:.4f}" for name, value in found.items()), "1e-3")


def blog_files(bench: Bench, draws: int) -> Any:
    """Return the blogs as `manage.py measure` sees them; Missing where the catalogue cannot read files yet."""
    try:
        from simapp.metrics.files import Files
        from simapp.metrics.graphs import Graph
    except ImportError:
        msg = "needs metrics of files (simapp.metrics.files)"
        raise Missing(msg) from None
    edges, side = polblogs(bench)
    graph = Graph.of(side.shape[0], edges)
    return Files(graph, side.astype(np.int32), draws=draws, streams=bench.streams)


def catalogued(name: str) -> Any:
    """Return a metric; Missing where the catalogue does not have it."""
    from simapp.metrics.registry import metric_named, names

    if name not in names():
        msg = f"needs the metric {name}"
        raise Missing(msg)
    return metric_named(name)
