"""The scenario document: what a run is made of, as data that is checked before anything runs.

`load_scenario` is the door for everything written by people: it takes YAML, JSON or a mapping and
either returns a `Scenario` or raises `ScenarioInvalid` with one sentence per problem.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from simapp.scenarios.checks import cross_problems
from simapp.scenarios.parts.base import MAX_INTERVENTIONS, Line, Part, TopicSlug
from simapp.scenarios.parts.clock import ClockPart
from simapp.scenarios.parts.happenings import InterventionPart
from simapp.scenarios.parts.minds import Minds
from simapp.scenarios.parts.network import BarabasiAlbert, Network
from simapp.scenarios.parts.platform import Distinct, FeedPart, Platform
from simapp.scenarios.parts.population import PopulationPart
from simapp.scenarios.parts.posts import SeedPostPart
from simapp.scenarios.plain import plain_problems
from simapp.scenarios.problems import ScenarioInvalid, ScenarioProblem, problems_from
from simapp.scenarios.topics import DEFAULT_TOPICS
from simapp.scenarios.yaml_text import read_text, write_yaml

SCHEMA_VERSION = 1
DEFAULT_METRICS = "default"


def _metric_names(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


MetricName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]
MetricNames = Annotated[
    tuple[MetricName, ...],
    Field(min_length=1, max_length=100),
    BeforeValidator(_metric_names),
    Distinct,
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "minLength": 1, "maxLength": 60},
            "minItems": 1,
            "maxItems": 100,
            "accepted": "a list of metric names, or default, or live",
        }
    ),
]


class Scenario(Part):
    """One version of a scenario. Frozen and hashable by `scenario_hash`; equal documents run alike."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    title: Line = Field(min_length=1, max_length=120, description="Short name, for lists and pages.")
    question: Line = Field(
        default="", max_length=300, description="The question the scenario asks, in one sentence."
    )
    source: Line = Field(
        default="", max_length=500, description="Where the scenario's model and figures come from."
    )
    expected: Line = Field(default="", max_length=300, description="What should be seen, in one sentence.")
    topics: Annotated[tuple[TopicSlug, ...], Distinct] = Field(
        default=DEFAULT_TOPICS,
        min_length=1,
        max_length=12,
        description="What people talk about; one opinion per topic.",
    )
    population: PopulationPart = Field(default=PopulationPart(), description="Who lives in the world.")
    network: Network = Field(default=BarabasiAlbert(), description="Who follows whom at the start.")
    platform: Platform = Field(default=Platform(), description="What users can do.")
    feed: FeedPart = Field(default=FeedPart(), description="What users are shown.")
    minds: Minds = Field(default=Minds(), description="What decides for users.")
    seed_posts: tuple[SeedPostPart, ...] = Field(
        default=(), max_length=1000, description="Posts that exist when the run starts."
    )
    interventions: tuple[InterventionPart, ...] = Field(
        default=(), max_length=MAX_INTERVENTIONS, description="Changes that the scenario makes at given steps."
    )
    clock: ClockPart = Field(default=ClockPart(), description="Simulated time.")
    metrics: MetricNames = Field(
        default=(DEFAULT_METRICS,),
        description="Names of the metrics to compute; default stands for the usual set, live for all there are.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = cross_problems(self)
        if problems:
            raise PydanticCustomError("cross_many", "", {"problems": problems})
        return self


def load_scenario(content: str | bytes | Mapping[str, Any]) -> Scenario:
    """Return the scenario written in YAML or JSON text (at most 1 MB) or given as a mapping.

    Raises ScenarioInvalid (a WrongInput) with every problem found, each one sentence.
    """
    data: Any = read_text(content) if isinstance(content, str | bytes) else content
    data = dict(data) if isinstance(data, Mapping) else data
    if not isinstance(data, dict):
        raise ScenarioInvalid([ScenarioProblem.whole(data)])
    problems = plain_problems(data)
    if problems:
        raise ScenarioInvalid(problems)
    try:
        return Scenario.model_validate_json(json.dumps(data, allow_nan=False))
    except ValidationError as error:
        raise ScenarioInvalid(problems_from(error, held_schema())) from None


def as_dict(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as JSON types, every field spelled out."""
    return scenario.model_dump(mode="json")


def dump_yaml(scenario: Scenario) -> str:
    """Return the scenario as YAML text that `load_scenario` reads back to an equal scenario."""
    return write_yaml(as_dict(scenario))


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 (hex) of the canonical JSON: sorted keys, no spaces, every default spelled out."""
    text = json.dumps(as_dict(scenario), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the document, with descriptions, units and sources."""
    return copy.deepcopy(held_schema())


@cache
def held_schema() -> dict[str, Any]:
    """Return the same schema, made once, for who only reads in it: a copy takes longer than what it is read for."""
    schema = Scenario.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema
