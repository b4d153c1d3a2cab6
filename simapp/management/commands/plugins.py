"""List everything that can be chosen by name: actions, feeds and their parts, tiers, minds, models, metrics."""

from __future__ import annotations

import sys
from typing import Any

from simapp.management.base import StackCommand


class Command(StackCommand):
    """Print what is registered, with its help text."""

    help = "List actions, feed presets and parts, tiers, minds, opinion and spread models, interviewers and metrics."
    needs_services = False

    def handle(self, *args: Any, **options: Any) -> None:
        found = registered()
        if options["json"]:
            self.emit(found)
            return
        for kind, entries in found.items():
            self.stdout.write(f"{kind} ({len(entries)})")
            for name, text in entries.items():
                self.stdout.write(f"  {name:<28} {text}")


def registered() -> dict[str, dict[str, str]]:
    """Return {kind: {name: one line}} of everything registered."""
    from agents.minds import registry as minds
    from agents.opinions import registry as opinions
    from agents.probes import registry as probes
    from agents.spread import registry as spread
    from recommender import folders
    from recommender.registry import catalogue as presets
    from simapp.engine.actions.registry import all_actions
    from simapp.metrics.registry import all_metrics
    from simapp.scenarios.parts.models import tier_parts

    found: dict[str, dict[str, str]] = {
        "actions": {name: _line(type(action).__doc__) for name, action in all_actions().items()},
        "feed presets": {preset["name"]: _line(preset["help"]) for preset in presets()},
    }
    for kind in ("sources", "filters", "scorers", "rerankers", "suggesters"):
        found[f"feed {kind}"] = {name: _line(folders.load(kind, name).__doc__) for name in folders.names(kind)}
    found["tiers"] = {name: _line(part.__doc__) for name, part in tier_parts().items()}
    found["minds"] = {name: _line(minds.load(name).__doc__) for name in minds.names()}
    for kind, models in (("opinion models", opinions), ("spread models", spread)):
        found[kind] = {name: _line(sys.modules[models.load(name).__module__].__doc__) for name in models.names()}
    found["interviewers"] = {name: _line(probes.load(name).__doc__) for name in probes.names()}
    found["metrics"] = {name: _line(type(metric).__doc__) for name, metric in all_metrics().items()}
    return found


def _line(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
