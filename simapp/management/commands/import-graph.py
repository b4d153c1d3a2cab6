"""Read a file of a graph and say what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.management.base import StackCommand
from simapp.management.commands.simulate import read_file

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """Check a graph; the format is detected. Nothing is kept, and no service is needed."""

    help = (
        "Read a graph (lines `u v [weight]`, GML, GraphML or GEXF; gzip or plain), and report every skipped row. "
        "`simulate SCENARIO --graph FILE` runs on it, `measure --graph FILE` measures it."
    )
    needs_services = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="file of a graph; a directed edge points follower -> followee")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.runs.measuring import graph_of
        from simapp.scenarios.importers.graphs import read_graph

        found = read_graph(read_file(options["file"]))
        for left in found.skipped:
            self.stderr.write(str(left))
        graph = graph_of(found)
        degree = graph.undirected.degree
        self.emit({
            "format": found.format,
            "directed": found.directed,
            "nodes": found.nodes,
            "rows": found.rows,
            "edges": found.edges,
            "skipped": len(found.skipped),
            "largest_component": int(np.count_nonzero(graph.component)),
            "mean_degree": round(float(degree.mean()), 3),
            "attributes": sorted(found.attributes),
            "labels": any(found.labels),
        })  # fmt: skip
        self.stderr.write(
            f"To run on it: manage.py simulate SCENARIO --graph {options['file']}\n"
            f"To measure it: manage.py measure --graph {options['file']}"
        )
