"""What the scenario form shows: every input with its text, its help and its faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simapp.scenarios.problems import ScenarioProblem
from simapp.web.numbers import spaced
from simapp.web.preset_inputs import leaves_of, presets_of
from simapp.web.scenario_plan import PLACE, Group, Items, Leaf, Part, Union, item_of, plan
from simapp.web.scenario_texts import Texts, item_kind, items_count, leaf_texts

# The order in which people think of a scenario; what the document adds at its top level is shown with the last.
_SECTIONS = (
    ("about", "About", ("title", "question", "source", "expected")),
    ("people", "Topics & population", ("topics", "population")),
    ("network", "Network", ("network",)),
    ("minds", "Minds", ("minds",)),
    ("feed", "Feed", ("feed",)),
    ("platform", "Platform", ("platform",)),
    ("clock", "Clock", ("clock",)),
    ("happenings", "Interventions", ("seed_posts", "interventions")),
    ("measures", "Measures", ()),
)
# What most scenarios set. Everything else waits behind "all settings", unless it was changed.
_SIMPLE = frozenset({
    "title", "question", "topics", "population.users", "population.opinions", "population.people", "network",
    "minds.opinion", "feed.preset", "feed.k", "feed.groups", "platform.rules", "clock.start", "clock.minutes_per_step",
    "clock.steps", "seed_posts", "interventions", "metrics",
})  # fmt: skip


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
    simple: bool = True
    changed: bool = False
    kinds: list[Option] = field(default_factory=list)
    shows: bool = False

    @property
    def total(self) -> int:
        """Number of faults here and inside what is chosen."""
        return len(self.faults) + sum(part.total for part in self.parts)

    @property
    def advanced(self) -> bool:
        """Whether it waits behind "all settings"; what was changed, or is at fault, does not."""
        return not (self.simple or self.touched or self.total)

    @property
    def touched(self) -> bool:
        """Whether it, or something chosen inside it, is not as the document begins."""
        return self.changed or any(part.touched for part in self.parts if part.chosen)

    @property
    def folded(self) -> bool:
        """Long texts inside a section are folded away; those that are a section's own subject are not."""
        return self.kind == "yaml" and "." in self.path

    @property
    def id(self) -> str:
        """The input's id; also the anchor that the list of faults points to."""
        name = self.path if self.kind in {"items", "item"} else self.name
        return "f-" + name.replace(".", "-").replace("@", "-")

    @property
    def place(self) -> str:
        """The id of the section that shows it; a union's own id is its choice's."""
        return "s-" + self.path


def sections(texts: Mapping[str, list[str]], problems: Iterable[ScenarioProblem] = ()) -> list[Node]:
    """Return the form in sections, filled with `texts`, each problem at the input it is about."""
    nodes = {part.path: _node(part, texts, active=True) for part in plan().parts}
    for problem in problems:
        _attach(list(nodes.values()), problem)
    placed = {name for _, _, names in _SECTIONS for name in names}
    shown = []
    for key, label, names in _SECTIONS:
        parts = [nodes[name] for name in names]
        if key == "measures":
            parts = [node for path, node in nodes.items() if path not in placed]
        if len(parts) == 1 and parts[0].kind in {"group", "union"}:
            # A section of one group is that group; its place in the page keeps the section's name.
            parts[0].label = label
            shown.append(parts[0])
            continue
        opened = [inner for part in parts for inner in (part.parts if part.kind == "group" else [part])]
        faults = [fault for part in parts if part.kind == "group" for fault in part.faults]
        shown.append(Node("section", key, key, label, "", parts=opened, faults=faults))
    return shown


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
        if any(inner.kind == "named" for inner in parts):
            _show_parameters(part, parts, texts)
        simple = any(inner.simple for inner in parts)
        return Node("group", part.path, part.path, part.label, part.help, parts=_simple_first(parts), simple=simple)
    if isinstance(part, Union):
        return _union(part, texts, active=active)
    if isinstance(part, Items):
        return _items(part, texts)
    return _leaf(part, texts, active=active)


def _show_parameters(group: Group, parts: list[Node], texts: Mapping[str, list[str]]) -> None:
    """Give a preset's parameters an input each, shown while the preset is chosen."""
    leaf = next(one for one in group.parts if isinstance(one, Leaf) and one.kind == "named")
    preset = next(node for node in parts if node.path == f"{group.path}.preset")
    named = next(node for node in parts if node.kind == "named")
    preset.shows = True
    for name, one in presets_of(leaf.path, leaf.name).items():
        if one.leaves:
            inner = [_leaf(parameter, {parameter.name: [""], **texts}, active=True) for parameter in one.leaves]
            chosen = name == preset.text
            shown = Node("member", leaf.path, name, one.label, one.help, parts=inner, chosen=chosen)
            for node in inner:
                node.changed, node.simple = bool(node.text), False
            named.parts.append(shown)
    named.simple, named.changed = False, bool(named.text)


def _name_parameters(parts: list[Node]) -> None:
    """Say beside the parameters of an item's feed which its preset has."""
    preset = next((node.text for node in parts if node.path.endswith(".preset")), "")
    for node in parts:
        if node.path.endswith(".params") and preset:
            known = (inner.path.rpartition(".")[2] + f" ({_hint(inner)})" for inner in leaves_of(_FEED_PARAMS, preset))
            node.help = f"{node.help} Of {preset}: {'; '.join(known) or 'none'}. One a line, like name: 1."


_FEED_PARAMS = Leaf("feed.params", "feed.params", "named", "", "", "")


def _items(part: Items, texts: Mapping[str, list[str]]) -> Node:
    if part.name in texts:
        return _leaf(part.text, texts, active=True)
    count = items_count(part, texts)
    node = Node("items", part.path, f"{part.name}.count", part.label, part.help, text=str(count))
    node.simple, node.changed = part.path in _SIMPLE, count > 0
    node.kinds = [Option(kind, group.label, chosen=False) for kind, group in part.members.items() if kind]
    for number in range(count):
        kind, place = item_kind(part, texts, number), f"{part.path}.{number}"
        item = Node("item", place, f"{part.name}.{number}.kind", f"{number + 1}", "", text=kind or "", changed=True)
        if kind is not None:
            group = item_of(part.path, kind, number)
            item.label, item.help = group.label or f"{part.label.removesuffix('s')} {number + 1}", group.help
            item.parts = _simple_first([_node(inner, texts, active=True) for inner in group.parts])
            _name_parameters(item.parts)
        node.parts.append(item)
    return node


def _union(part: Union, texts: Mapping[str, list[str]], *, active: bool) -> Node:
    kind = (texts.get(part.name) or [""])[-1]
    kind = kind if active or kind else next(iter(part.members))
    node = Node("union", part.path, part.name, part.label, part.help, text=kind, simple=part.path in _SIMPLE)
    node.changed = kind != part.first
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
        simple=_is_simple(leaf.path),
        changed=[text for text in held if text] != [text for text in leaf_texts(leaf, leaf.default) if text],
    )
    if leaf.kind == "checks":
        kept = [value for value in held if value]
        node.options = [Option(v, v.replace("_", " "), chosen=True) for v in kept]
        node.options += [Option(v, v.replace("_", " "), chosen=False) for v in leaf.options if v not in kept]
    elif leaf.kind in {"choice", "maybe"}:
        node.options = _choices(leaf, text)
    return node


def _is_simple(path: str) -> bool:
    # What belongs to a chosen kind of a simple union, or to an item of a list, is as simple as that.
    return any(path == one or path.startswith(f"{one}.") for one in _SIMPLE)


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
        default = f"{leaf.default:.4g}" if isinstance(leaf.default, float) else leaf_texts(leaf, leaf.default)[0]
        return spaced(leaf.accepted + (f"; default {default}" if default else ""))
    return leaf.accepted if leaf.kind in {"words", "numbers"} or "date" in leaf.accepted else ""


def _simple_first(parts: list[Node]) -> list[Node]:
    order = {"people": -1, "union": 1, "yaml": 2, "named": 2, "numbers": 2, "items": 3, "group": 3}
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
    return {name: list(values) for name, values in sent.items() if _NUMBER.sub(f".{PLACE}", name) in known}


_NUMBER = re.compile(r"\.[0-9]{1,3}(?=\.)")


def _names(part: Part) -> set[str]:
    if isinstance(part, Leaf):
        presets = presets_of(part.path, part.name).values() if part.kind == "named" else ()
        return {part.name, *(leaf.name for preset in presets for leaf in preset.leaves)}
    if isinstance(part, Items):
        found = {part.name, f"{part.name}.count", f"{part.name}.{PLACE}.kind"}
        return found.union(*(_names(group) for group in part.members.values()))
    inner = part.parts if isinstance(part, Group) else tuple(part.members.values())
    found = {part.name} if isinstance(part, Union) else set()
    return found.union(*(_names(p) for p in inner)) if inner else found
