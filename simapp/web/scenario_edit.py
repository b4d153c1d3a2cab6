"""What a member sent from the scenario page: the document, its faults, and how to show it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.document import Scenario, as_dict, dump_yaml, load_scenario
from simapp.scenarios.problems import ScenarioInvalid, ScenarioProblem
from simapp.scenarios.yaml_text import write_yaml
from simapp.web import scenario_form
from simapp.web.scenario_texts import Texts, read, write

if TYPE_CHECKING:
    from django.http import QueryDict

FORM, YAML = "form", "yaml"


@dataclass
class Edit:
    """A scenario being edited, in one of two views of the same document.

    document is None while there are problems; what was typed is kept in texts (form) or yaml (text).
    """

    tab: str
    texts: Texts = field(default_factory=dict)
    yaml: str = ""
    document: Scenario | None = None
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
            return cls.of(load_scenario(document), tab)
        except ScenarioInvalid as error:
            return cls(YAML, yaml=write_yaml(document), problems=error.problems)

    @classmethod
    def sent(cls, sent: QueryDict) -> Edit:
        """What a browser sent, checked."""
        if sent.get("tab") == YAML:
            edit = cls(YAML, yaml=sent.get("yaml", "").replace("\r\n", "\n"))
            content: Any = edit.yaml
        else:
            edit = cls(FORM, texts=scenario_form.texts_of(dict(sent.lists())))
            content = read(edit.texts)
        edit._check(content)
        return edit

    def _check(self, content: Any) -> None:
        try:
            self.document = load_scenario(content)
        except ScenarioInvalid as error:
            self.problems = error.problems
        except WrongInput as error:
            self.problems = [ScenarioProblem("", None, str(error), "")]

    def turn_to(self, tab: str) -> None:
        """Show the document in the other view. Text that is no document stays text: a form would lose it."""
        if tab == YAML and self.tab == FORM:
            self.yaml = dump_yaml(self.document) if self.document else write_yaml(read(self.texts))
            self.tab = YAML
        elif tab == FORM and self.tab == YAML and self.document:
            self.texts, self.tab = write(as_dict(self.document)), FORM

    def shown(self) -> dict[str, Any]:
        """Return what the page needs: sections or text, and every fault with the anchor of its input."""
        if self.tab == YAML:
            faults = [("yaml", problem.message) for problem in self.problems]
            return {"tab": YAML, "yaml": self.yaml, "yaml_rows": 34, "faults": faults}
        sections = scenario_form.sections(self.texts, self.problems)
        faults = scenario_form.anchors(sections)
        placed = {sentence for _, sentence in faults}
        faults += [("content", p.message) for p in self.problems if p.message not in placed]
        return {"tab": FORM, "sections": sections, "faults": faults}
