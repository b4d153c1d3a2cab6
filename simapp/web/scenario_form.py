"""What the scenario form shows: every input with its text, its help and its faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simapp.scenarios.problems import ScenarioProblem
from simapp.web.scenario_plan import Group, Leaf, Part, Union, plan
from simapp.web.scenario_texts import Texts, leaf_texts

# What a person reads first; everything the document adds later at its top level is shown with these.
_ABOUT = ("title", "question", "source", "expected", "topics")
_SECTIONS = ("population", "network", "platform", "feed", "minds", "clock")
_HAPPENINGS = ("seed_posts", "interventions")


@dataclass(frozen=True)
class Option:
    """One choice of an input."""

    value: str
    word: str
    chosen: bool


@dataclass
class Node:
    """One input, group or union as shown. faults: sentences about it; total: with those inside it."""

    kind: str
    path: str
    name: str
    label: str
    help: str
    hint: str = ""
    unit: str = ""
    source: str = ""
    text: str = ""
    rows: int = 2
    longest: int = 0
    options: list[Option] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    chosen: bool = True

    @property
    def total(self) -> int:
        """Number of faults here and inside what is chosen."""
        return len(self.faults) + sum(part.total for part in self.parts)

    @property
    def folded(self) -> bool:
        """Long texts inside a section are folded away; those that are a section's own subject are not."""
        return self.kind == "yaml" and "." in self.path

    @property
    def id(self) -> str:
        """The input's id; also the anchor that the list of faults points to."""
        return "f-" + self.name.replace(".", "-").replace("@", "-")


def sections(texts: Mapping[str, list[str]], problems: Iterable[ScenarioProblem] = ()) -> list[Node]:
    """Return the form in sections, filled with `texts`, each problem at the input it is about."""
    nodes = {part.path: _node(part, texts, active=True) for part in plan().parts}
    for problem in problems:
        _attach(list(nodes.values()), problem)
    about = [nodes[name] for name in _ABOUT]
    happen = [nodes[name] for name in _HAPPENINGS]
    rest = [node for path, node in nodes.items() if path not in {*_ABOUT, *_SECTIONS, *_HAPPENINGS}]
    return [
        Node("section", "about", "about", "About", "", parts=about),
        *(nodes[name] for name in _SECTIONS),
        Node("section", "happenings", "happenings", "Seed posts and interventions", "", parts=happen),
        Node("section", "measures", "measures", "Metrics", "", parts=rest),
    ]


def anchors(shown: Iterable[Node]) -> list[tuple[str, str]]:
    """Return (anchor, sentence) of every fault, in the order of the form."""
    found: list[tuple[str, str]] = []
    for node in shown:
        found += [(node.id, sentence) for sentence in node.faults]
        found += anchors(node.parts)
    return found


def _node(part: Part, texts: Mapping[str, list[str]], *, active: bool) -> Node:
    if isinstance(part, Group):
        parts = [_node(inner, texts, active=active) for inner in part.parts]
        return Node("group", part.path, part.path, part.label, part.help, parts=_simple_first(parts))
    if isinstance(part, Union):
        return _union(part, texts, active=active)
    return _leaf(part, texts, active=active)


def _union(part: Union, texts: Mapping[str, list[str]], *, active: bool) -> Node:
    kind = (texts.get(part.name) or [""])[-1]
    kind = kind if active or kind else next(iter(part.members))
    node = Node("union", part.path, part.name, part.label, part.help, text=kind)
    for tag, member in part.members.items():
        chosen = tag == kind
        inner = [_node(p, texts, active=active and chosen) for p in member.parts]
        node.options.append(Option(tag, member.label, chosen))
        shown = Node("member", part.path, tag, member.label, member.help, parts=inner, chosen=chosen)
        node.parts.append(shown)
    return node


def _leaf(leaf: Leaf, texts: Mapping[str, list[str]], *, active: bool) -> Node:
    # An input that was not sent is an unticked box when its group is the chosen one, and untouched otherwise.
    held = texts.get(leaf.name, [] if active else leaf_texts(leaf, leaf.default))
    text = held[-1] if held else ""
    node = Node(
        leaf.kind,
        leaf.path,
        leaf.name,
        leaf.label,
        leaf.help,
        hint=_hint(leaf),
        unit=leaf.unit,
        source=leaf.source,
        text=text,
        rows=min(max(text.count("\n") + 2, 3), 16),
        longest=leaf.longest,
    )
    if leaf.kind == "checks":
        kept = [value for value in held if value]
        node.options = [Option(v, v.replace("_", " "), chosen=True) for v in kept]
        node.options += [Option(v, v.replace("_", " "), chosen=False) for v in leaf.options if v not in kept]
    elif leaf.kind in {"choice", "maybe"}:
        node.options = _choices(leaf, text)
    return node


def _choices(leaf: Leaf, text: str) -> list[Option]:
    values = ["true", "false"] if leaf.kind == "maybe" else list(leaf.options)
    words = {"true": "yes", "false": "no", "": "as the rules say"}
    if leaf.nullable:
        values.insert(0, "")
    if text not in values:
        values.append(text)
    return [Option(value, words.get(value, value.replace("_", " ")), value == text) for value in values]


def _hint(leaf: Leaf) -> str:
    if leaf.kind in {"integer", "number"}:
        default = leaf_texts(leaf, leaf.default)[0]
        return leaf.accepted + (f"; default {default}" if default else "")
    return leaf.accepted if leaf.kind in {"words", "numbers"} or "date" in leaf.accepted else ""


def _simple_first(parts: list[Node]) -> list[Node]:
    order = {"people": -1, "union": 1, "yaml": 2, "numbers": 2, "group": 3}
    return sorted(parts, key=lambda node: order.get(node.kind, 0))


def _attach(nodes: list[Node], problem: ScenarioProblem) -> None:
    """Give a problem to the deepest shown node whose path begins its own."""
    home: Node | None = None
    while nodes:
        near = [node for node in nodes if node.chosen and _within(problem.path, node.path)]
        if not near:
            break
        inner = max(near, key=lambda node: len(node.path))
        home = inner if inner.kind != "member" else home
        nodes = inner.parts
    if home is not None:
        home.faults.append(problem.message)


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(outer + ".")


def texts_of(sent: Mapping[str, list[str]]) -> Texts:
    """Return what a browser sent as texts; anything that is not an input of the form is left out."""
    known = _names(plan())
    return {name: list(values) for name, values in sent.items() if name in known}


def _names(part: Part) -> set[str]:
    if isinstance(part, Leaf):
        return {part.name}
    inner = part.parts if isinstance(part, Group) else tuple(part.members.values())
    found = {part.name} if isinstance(part, Union) else set()
    return found.union(*(_names(p) for p in inner)) if inner else found
