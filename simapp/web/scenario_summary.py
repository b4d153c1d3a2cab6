"""What a scenario will run, in a handful of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.scenarios.parts.network import NoNetwork
from simapp.web.numbers import simulated_span, thousands, three_digits
from simapp.web.scenario_plan import spoken

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario


def summary(document: Scenario) -> list[tuple[str, str]]:
    """Return (what, how much) pairs for the box beside the launch button."""
    people, clock = document.population.people, document.clock
    users = thousands(document.population.users)
    minds = document.minds.opinion.kind
    lines = [
        ("Users", f"{users} from {people.name}" if people else f"{users}, generated"),
        ("Follows", _follows(document)),
        ("Time", f"{thousands(clock.steps)} steps of {simulated_span(clock.minutes_per_step)}"),
        ("", f"{simulated_span(clock.steps * clock.minutes_per_step)} simulated"),
        ("Platform", document.platform.rules),
        ("Feed", f"{document.feed.preset}, {document.feed.k} posts"),
        *_groups(document),
        ("Minds", "rules" if minds == "none" else f"rules, opinions after {minds.capitalize()}"),
        *_models(document),
        ("Topics", ", ".join(document.topics)),
    ]
    if document.seed_posts:
        lines.append(("Seed posts", str(len(document.seed_posts))))
    first = document.interventions[:5]
    lines += [(f"At step {change.at}", spoken(change.kind)) for change in first]
    if len(document.interventions) > 5:
        lines.append(("", f"and {len(document.interventions) - 5} more interventions"))
    return lines


def _groups(document: Scenario) -> list[tuple[str, str]]:
    """Say who has a feed of their own, five groups at most."""
    lines = []
    for group in document.feed.groups[:5]:
        inside = f"communities {', '.join(map(str, group.communities[:5]))}" if group.communities else ""
        inside += ", \u2026" if len(group.communities) > 5 else ""
        share = "" if group.share is None else f"{three_digits(group.share * 100)} %"
        who = " of ".join(part for part in (share, inside) if part)
        lines.append(("", f"{group.name} ({who}): {group.preset}"))
    if len(document.feed.groups) > 5:
        lines.append(("", f"and {len(document.feed.groups) - 5} more groups"))
    return lines


def _models(document: Scenario) -> list[tuple[str, str]]:
    models = document.minds.models
    if models is None or not models.tiers:
        return []
    names = dict.fromkeys(rule.label for rule in models.tiers)
    return [("", f"some users: {', '.join(names)}")]


def _follows(document: Scenario) -> str:
    network = document.network
    if document.population.people:
        return "those of the file"
    if isinstance(network, NoNetwork):
        return "none at the start"
    about = round(network.mean_followees * document.population.users)
    return f"about {thousands(about)}, {spoken(network.kind)}"
