"""What a member sent from the scenario page: the document, its faults, and how to show it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.runs.checking import engine_problems
from simapp.scenarios.document import Scenario, as_dict, dump_yaml, load_scenario
from simapp.scenarios.problems import ScenarioInvalid, ScenarioProblem
from simapp.scenarios.yaml_lines import line_of, lines_of
from simapp.scenarios.yaml_text import write_yaml
from simapp.web import scenario_form
from simapp.web.scenario_items import change_list
from simapp.web.scenario_texts import Texts, read, write

if TYPE_CHECKING:
    from django.http import QueryDict

FORM, YAML = "form", "yaml"


@dataclass
class Edit:
    """A scenario being edited, in one of two views of the same document.

    document is None while there are problems; what was typed is kept in texts (form) or yaml (text). readable: the
    document also where only the engine refuses it.
    """

    tab: str
    texts: Texts = field(default_factory=dict)
    yaml: str = ""
    document: Scenario | None = None
    readable: Scenario | None = None
    problems: list[ScenarioProblem] = field(default_factory=list)

    @classmethod
    def of(cls, document: Scenario, tab: str = FORM) -> Edit:
        """An edit that nobody touched yet."""
        tab = YAML if tab == YAML else FORM
        return cls(tab, texts=write(as_dict(document)), yaml=dump_yaml(document), document=document)

    @classmethod
    def stored(cls, document: dict[str, Any], tab: str = FORM) -> Edit:
        """A stored version, as it is; one that today's format refuses is shown as YAML with its faults."""
        try:
            edit = cls.of(load_scenario(document), tab)
        except ScenarioInvalid as error:
            return cls(YAML, yaml=write_yaml(document), problems=error.problems)
        edit.look_deeper()
        return edit

    @classmethod
    def sent(cls, sent: QueryDict) -> Edit:
        """What a browser sent, checked."""
        if sent.get("tab") == YAML:
            edit = cls(YAML, yaml=sent.get("yaml", "").replace("\r\n", "\n"))
        else:
            edit = cls(FORM, texts=scenario_form.texts_of(dict(sent.lists())))
        edit._check()
        return edit

    def change_list(self, action: str, sent: QueryDict) -> bool:
        """Add, copy or remove an item of a list, as a button of the form says; whether it was such a button."""
        kinds = {name.removesuffix(".add"): kind for name, kind in sent.items() if name.endswith(".add")}
        if self.tab != FORM or not change_list(self.texts, action, kinds):
            return False
        self.document = None
        self._check()
        # What a new item still lacks is no fault before anybody could fill it in.
        self.problems = []
        return True

    def _check(self) -> None:
        try:
            self.document = load_scenario(self.yaml if self.tab == YAML else read(self.texts))
        except ScenarioInvalid as error:
            self.problems = error.problems
        except WrongInput as error:
            self.problems = [ScenarioProblem("", None, str(error), "")]
        self.look_deeper()

    def look_deeper(self) -> None:
        """What the engine would refuse at launch is a fault now."""
        self.readable = self.document
        self.problems += [] if self.document is None else engine_problems(self.document)
        if self.problems:
            self.document = None

    def turn_to(self, tab: str) -> None:
        """Show the document in the other view. Text that is no document stays text: a form would lose it."""
        if tab == YAML and self.tab == FORM:
            self.yaml = dump_yaml(self.readable) if self.readable else write_yaml(read(self.texts))
            self.tab = YAML
        elif tab == FORM and self.tab == YAML and self.readable:
            self.texts, self.tab = write(as_dict(self.readable)), FORM

    def shown(self) -> dict[str, Any]:
        """Return what the page needs: sections or text, and every fault with the anchor of its input."""
        if self.tab == YAML:
            return {"tab": YAML, "yaml": self.yaml, "yaml_rows": 34, "faults": self.faults()}
        sections = scenario_form.sections(self.texts, self.problems)
        return {"tab": FORM, "sections": sections, "faults": self._of_form(sections)}

    def faults(self) -> list[tuple[str, str]]:
        """Return (anchor, sentence) of every fault, those of a text with their line."""
        if self.tab == FORM:
            return self._of_form(scenario_form.sections(self.texts, self.problems))
        lines = lines_of(self.yaml) if self.problems else {}
        found = [(line_of(problem.path, lines), problem.message) for problem in self.problems]
        return [("yaml", f"Line {line}: {said}" if line else said) for line, said in found]

    def _of_form(self, sections: list[scenario_form.Node]) -> list[tuple[str, str]]:
        faults = scenario_form.anchors(sections)
        placed = {sentence for _, sentence in faults}
        return faults + [("content", p.message) for p in self.problems if p.message not in placed]
