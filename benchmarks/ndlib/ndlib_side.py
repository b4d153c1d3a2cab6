"""NDlib's side: final sizes of SIR and independent cascades. Runs in NDlib's environment, in a process of its own.

Reads one JSON object from stdin (see run.py) and writes {case: {size: runs}} to stdout. NDlib draws from the global
random state, which is why nothing else may live in this process.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
from ndlib.models import ModelConfig, epidemics


def main() -> None:
    """Run every case."""
    asked = json.load(sys.stdin)
    found: dict[str, dict[str, int]] = {}
    for name, case in asked["cases"].items():
        np.random.seed(asked["seed"])  # noqa: NPY002, TID251 - NDlib draws from it
        random.seed(asked["seed"])  # noqa: TID251
        graph = nx.Graph()
        graph.add_nodes_from(range(case["users"]))
        graph.add_edges_from(case["pairs"])
        sizes = Counter(_size(graph, case) for _ in range(case["runs"]))
        found[name] = {str(size): runs for size, runs in sorted(sizes.items())}
        print(f"{name}: {case['runs']} runs", file=sys.stderr, flush=True)
    json.dump(found, sys.stdout)


def _size(graph: nx.Graph, case: dict[str, Any]) -> int:
    config = ModelConfig.Configuration()
    config.add_model_initial_configuration("Infected", [case["from"]])
    if case["model"] == "sir":
        model = epidemics.SIRModel(graph)
        config.add_model_parameter("beta", case["beta"])
        config.add_model_parameter("gamma", case["gamma"])
    else:
        model = epidemics.IndependentCascadesModel(graph)
        # Unset, an edge silently gets 1 / degree.
        for edge in graph.edges():
            config.add_edge_configuration("threshold", edge, case["chance"])
    model.set_initial_status(config)
    model.iteration(node_status=False)
    while True:
        counts = model.iteration(node_status=False)["node_count"]
        if counts[1] == 0:
            return int(counts[2])


if __name__ == "__main__":
    main()
