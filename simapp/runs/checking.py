"""Checks of a scenario that need the engine's parts: feeds can be built, metrics are known.

The document itself is checked without them (simapp/scenarios); this is the rest, said at save rather than at launch.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from recommender.registry import recipe_of
from simapp.engine.core.errors import WrongInput
from simapp.metrics.live import check_metrics
from simapp.scenarios.problems import ScenarioInvalid, ScenarioProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simapp.scenarios.document import Scenario


# Sentences begin with the setting that they are about.
_NAMED = re.compile(r"feed\.(params\.[a-z0-9_]+)")


def engine_problems(document: Scenario) -> list[ScenarioProblem]:
    """Return what the engine would refuse in a document that is valid by itself, each at its field."""
    found = []
    for path, chosen in _feeds(document):
        pipeline = None if chosen.pipeline is None else chosen.pipeline.model_dump(mode="json")
        try:
            recipe_of(chosen.preset, chosen.params, pipeline=pipeline, explore=document.feed.explore)
        except WrongInput as problem:
            named = _NAMED.match(str(problem))
            place = f"{path}.{named[1] if named else 'pipeline' if pipeline is not None else 'params'}"
            words = str(problem).replace("feed.p", f"{path}.p")
            said = words if words.startswith(path) else f"{place}: {words}"
            found.append(ScenarioProblem(place, None, said, ""))
    try:
        check_metrics(document.metrics)
    except WrongInput as problem:
        said = str(problem)
        said = said if said.startswith("metrics") else f"metrics: {said}"
        found.append(ScenarioProblem("metrics", None, said, ""))
    return found


def refuse_unbuildable(document: Scenario) -> None:
    """Raise ScenarioInvalid with every engine_problems of the document."""
    found = engine_problems(document)
    if found:
        raise ScenarioInvalid(found)


def _feeds(document: Scenario) -> Iterator[tuple[str, Any]]:
    yield "feed", document.feed
    for i, group in enumerate(document.feed.groups):
        yield f"feed.groups.{i}", group
    for i, change in enumerate(document.interventions):
        if change.kind == "switch_feed":
            yield f"interventions.{i}", change
