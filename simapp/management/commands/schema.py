"""Print the JSON Schema of the scenario document."""

from __future__ import annotations

import json
from typing import Any

from simapp.management.base import StackCommand


class Command(StackCommand):
    """The schema that editors and other programs check scenario documents with."""

    help = "Print the JSON Schema of the scenario document (docs/scenario.schema.json is its output)."
    needs_services = False

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.scenarios.document import json_schema

        self.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False))
