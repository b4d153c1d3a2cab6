"""Begin a plugin: one file that works and one test that passes."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from django.conf import settings

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.plugin_templates import TEMPLATES

if TYPE_CHECKING:
    from argparse import ArgumentParser

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


class Command(StackCommand):
    """Write the beginnings of a feed part, preset, action, mind or metric where the registries find it."""

    help = "Write one file and one test for a new feed part, preset, action, mind or metric. Nothing is overwritten."
    needs_services = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(TEMPLATES), help="what it is")
        parser.add_argument("name", help="its name: lower-case words, with hyphens or underscores between them")
        parser.add_argument("--into", help="folder of the project (default: this one)")

    def handle(self, *args: Any, **options: Any) -> None:
        kind, name = options["kind"], options["name"]
        template = TEMPLATES[kind]
        root = Path(options["into"] or settings.BASE_DIR)
        if not _NAME.fullmatch(name) or len(name) > 60:
            raise WrongInput(f"name is {name!r}; it must be lower-case words with hyphens or underscores between them.")
        file = name.replace("-", "_")
        if keyword.iskeyword(file):
            raise WrongInput(f"name is {name!r}, a word of the language; choose another.")
        words = {
            "name": file.replace("_", "-") if template.hyphens else file,
            "file": file,
            "label": name.replace("-", " ").replace("_", " ").capitalize(),
            "code": str(_free_code()),
        }
        wanted = {
            root / template.folder / f"{file}.py": template.text,
            root / template.tests / f"test_{kind}_{file}.py": template.test,
        }
        for path in wanted:
            if path.exists():
                raise WrongInput(f"{path.relative_to(root)} is there already; choose another name.")
            if not path.parent.is_dir():
                raise WrongInput(f"{root} holds no folder {path.parent.relative_to(root)}.")
        for path, text in wanted.items():
            path.write_text(Template(text).substitute(words), encoding="utf-8")
        names = [str(path.relative_to(root)) for path in wanted]
        for written in names:
            self.stdout.write(f"wrote {written}")
        if template.more:
            self.stdout.write(template.more)
        self.emit({"kind": kind, "name": words["name"], "files": names, "then": template.more})


def _free_code() -> int:
    """Return the lowest action code above all that are taken: codes are stored with events and never given again."""
    from simapp.engine.actions.registry import all_actions

    return max(action.code for action in all_actions().values()) + 1
