"""What members do with whole scenarios: copy, name, put away, go back to a version, take over differences.

Every change is a new version; versions are never changed. Permissions are the caller's (access.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.models import Scenario
from simapp.runs import services
from simapp.scenarios.differences import in_full, with_differences
from simapp.scenarios.document import load_scenario

if TYPE_CHECKING:
    from simapp.models import ScenarioVersion

LONGEST_TITLE = 120


def newest(scenario: Scenario) -> ScenarioVersion:
    """Return the newest version; a scenario is created with its first."""
    found: ScenarioVersion = scenario.versions.order_by("-number")[:1].get()
    return found


def duplicate(*, scenario: Scenario, member: Any) -> ScenarioVersion:
    """Make the member's own copy of a scenario's newest version; a copy of one's own says so in its title."""
    document = load_scenario(newest(scenario).document)
    if not scenario.gallery:
        title = f"{document.title[: LONGEST_TITLE - 7]} (copy)"
        document = load_scenario({**document.model_dump(mode="json"), "title": title})
    return services.create_scenario(owner=member, document=document)


def rename(*, scenario: Scenario, member: Any, title: str) -> ScenarioVersion:
    """Save a version under another title; WrongInput says what a title may be."""
    document = load_scenario({**newest(scenario).document, "title": title.strip()})
    return services.save_version(scenario=scenario, author=member, document=document)


def restore(*, version: ScenarioVersion, member: Any) -> ScenarioVersion:
    """Save an earlier version again, as the newest; WrongInput where today's format refuses it."""
    return services.save_version(
        scenario=version.scenario, author=member, document=load_scenario(version.document)
    )


def take_over(*, scenario: Scenario, source: ScenarioVersion, paths: list[str], member: Any) -> ScenarioVersion:
    """Save a version of `scenario` whose settings at `paths` are those of `source`.

    The rest is the newest version's. WrongInput where the result would be no scenario; then nothing is saved.
    """
    if not paths:
        raise WrongInput("No difference was chosen; tick at least one.")
    mine, other = in_full(newest(scenario).document), in_full(source.document)
    document = load_scenario(with_differences(mine, other, paths))
    return services.save_version(scenario=scenario, author=member, document=document)


def put_away(*, scenario: Scenario) -> None:
    """Take a scenario off the list; its versions and runs stay."""
    Scenario.objects.filter(pk=scenario.pk).update(archived=True)


def take_back(*, scenario: Scenario) -> None:
    """Put an archived scenario on the list again."""
    Scenario.objects.filter(pk=scenario.pk).update(archived=False)
