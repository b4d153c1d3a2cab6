"""The drawn graph as a file: CSV of nodes or edges, GraphML, GEXF. Edges point from follower to followee.

Written in pieces: the text of a hundred thousand users never lies in memory at once.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from simapp.models import RunUser
from simapp.runs.csv_lines import plain
from simapp.runs.network import colours_at
from simapp.store.drawings import read_drawing
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simapp.models import NetworkLayout, Run
    from simapp.runs.network import Colours
    from simapp.store.drawings import Drawing

FORMATS = {
    "nodes.csv": "text/csv; charset=utf-8",
    "edges.csv": "text/csv; charset=utf-8",
    "graphml": "application/graphml+xml; charset=utf-8",
    "gexf": "application/gexf+xml; charset=utf-8",
}
NODE = ("user", "handle", "community", "followers", "opinion", "activity", "x", "y")
_PIECE = 5_000
# What XML 1.0 cannot hold at all, however it is written.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Drawn:
    """The drawn graph of a run at a step: edges int32[e, 2] are places in the list of nodes."""

    run: Run
    layout: NetworkLayout
    topic: str
    drawing: Drawing
    colours: Colours
    edges: NDArray[np.int32]
    handles: dict[int, str]

    @classmethod
    def at(cls, run: Run, layout: NetworkLayout, step: int, topic: int) -> Drawn:
        """Return the graph as drawn after `step`. Raises FileDamaged."""
        drawing, colours = read_drawing(layout), colours_at(run, layout, step, topic)
        edges = _packed(drawing.edges)
        edges = np.union1d(edges[~np.isin(edges, _packed(colours.removed))], _packed(colours.added))
        ends = np.stack([edges >> 32, edges & 0xFFFFFFFF], axis=1).astype(np.int32)
        topic_word = run.scenario_version.document["topics"][topic]
        # All names now: the pieces may be written by threads that have no connection to the database.
        return cls(run, layout, topic_word, drawing, colours, ends, _handles(run, drawing.users.tolist()))

    def lines(self, kind: str) -> Iterator[str]:
        """Yield the text of a file of this kind (FORMATS)."""
        makers = {"nodes.csv": self._nodes_csv, "edges.csv": self._edges_csv, "graphml": self._graphml}
        return makers.get(kind, self._gexf)()

    def _rows(self) -> Iterator[list[tuple[int, str, int, int, float, int, float, float]]]:
        d, c = self.drawing, self.colours
        for lo in range(0, d.users.shape[0], _PIECE):
            part = slice(lo, lo + _PIECE)
            numbers = d.users[part].tolist()
            columns = (
                d.community[part].tolist(), d.followers[part].tolist(), c.opinions[part].tolist(),
                c.activity[part].tolist(), d.places[part, 0].tolist(), d.places[part, 1].tolist(),
            )  # fmt: skip
            rows = zip(numbers, *columns, strict=True)
            yield [(user, self.handles.get(user, ""), *rest) for user, *rest in rows]

    def _ends(self) -> Iterator[list[tuple[int, int]]]:
        users = self.drawing.users
        for lo in range(0, self.edges.shape[0], _PIECE):
            part = users[self.edges[lo : lo + _PIECE]]
            yield list(map(tuple, part.tolist()))

    def _nodes_csv(self) -> Iterator[str]:
        yield ",".join(NODE) + "\n"
        for rows in self._rows():
            yield _csv(
                (user, plain(handle), community, followers, _number(opinion), activity, _number(x), _number(y))
                for user, handle, community, followers, opinion, activity, x, y in rows
            )

    def _edges_csv(self) -> Iterator[str]:
        yield "follower,followee\n"
        for rows in self._ends():
            yield _csv(rows)

    def _graphml(self) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        yield f"<desc>{_text(self.about)}</desc>\n"
        kinds = ("string", "int", "int", "double", "int", "double", "double")
        for name, kind in zip(NODE[1:], kinds, strict=True):
            yield f'<key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>\n'
        yield '<graph edgedefault="directed">\n'
        for rows in self._rows():
            yield "".join(
                f'<node id="{row[0]}">'
                + "".join(
                    f'<data key="{name}">{_text(str(value))}</data>'
                    for name, value in zip(NODE[1:], row[1:], strict=True)
                    if not (isinstance(value, float) and math.isnan(value))
                )
                + "</node>\n"
                for row in rows
            )
        for ends in self._ends():
            yield "".join(f'<edge source="{a}" target="{b}"/>\n' for a, b in ends)
        yield "</graph>\n</graphml>\n"

    def _gexf(self) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3" '
        yield 'xmlns:viz="http://gexf.net/1.3/viz">\n'
        yield f"<meta><creator>Sociarium</creator><description>{_text(self.about)}</description></meta>\n"
        yield '<graph defaultedgetype="directed">\n<attributes class="node">\n'
        kinds = {"community": "integer", "followers": "integer", "opinion": "double", "activity": "integer"}
        for name, kind in kinds.items():
            yield f'<attribute id="{name}" title="{name}" type="{kind}"/>\n'
        yield "</attributes>\n<nodes>\n"
        for rows in self._rows():
            yield "".join(_gexf_node(row, kinds) for row in rows)
        yield "</nodes>\n<edges>\n"
        at = 0
        for ends in self._ends():
            yield "".join(f'<edge id="{at + i}" source="{a}" target="{b}"/>\n' for i, (a, b) in enumerate(ends))
            at += len(ends)
        yield "</edges>\n</graph>\n</gexf>\n"

    @property
    def about(self) -> str:
        """What the file holds, in a sentence that travels with it."""
        facts, step = self.layout.facts, self.colours.step
        drawn = (
            f"all {facts['nodes']} users" if facts["nodes"] == facts["users"]
            else f"a sample of {facts['nodes']} of {facts['users']} users"
        )  # fmt: skip
        return (
            f"Synthetic follow network of run {self.run.pk} (Sociarium) after step {step}: {drawn}, "
            f"{self.edges.shape[0]} edges drawn of {facts['edges_between']} between them after step "
            f"{self.layout.step}; an edge points from follower to followee; opinions on {self.topic} after step "
            f"{self.colours.opinion_step}; positions: {facts['method']}."
        )


def _handles(run: Run, users: list[int]) -> dict[int, str]:
    founder, found = segments_of(run)[0].run_id, {}
    for lo in range(0, len(users), _PIECE):
        part = RunUser.objects.filter(run_id=founder, user_id__in=users[lo : lo + _PIECE])
        found |= dict(part.values_list("user_id", "handle"))
    return found


def _packed(edges: NDArray[np.int32]) -> NDArray[np.int64]:
    return edges[:, 0].astype(np.int64) << 32 | edges[:, 1]


def _csv(rows: Iterator[tuple[object, ...]] | list[tuple[int, int]]) -> str:
    held = io.StringIO()
    csv.writer(held, lineterminator="\n").writerows(rows)
    return held.getvalue()


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _gexf_node(row: tuple[int, str, int, int, float, int, float, float], kinds: dict[str, str]) -> str:
    values = dict(zip(NODE, row, strict=True))
    told = "".join(
        f'<attvalue for="{name}" value="{values[name]}"/>'
        for name in kinds
        if not (isinstance(values[name], float) and math.isnan(float(values[name])))
    )
    label = quoteattr(_NOT_XML.sub("\ufffd", row[1]))
    return (
        f'<node id="{row[0]}" label={label}><attvalues>{told}</attvalues>'
        f'<viz:position x="{row[6] * 1000:.3f}" y="{row[7] * 1000:.3f}" z="0"/></node>\n'
    )
