"""What an experiment is before it is launched: arms, replicates, seeds and metrics, checked as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import MAX_SEED
from simapp.metrics import registry
from simapp.metrics.live import check_metrics
from simapp.models import Experiment
from simapp.scenarios.paths import set_paths
from simapp.scenarios.problems import ScenarioInvalid

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario

MOST_ARMS, MOST_REPLICATES, MOST_CELLS, MOST_METRICS, MOST_CHANGES = 12, 200, 400, 8, 50
MAX_STEPS = 100_000
LONGEST_NAME, LONGEST_TITLE, LONGEST_QUESTION = 60, 200, 300


class DesignInvalid(WrongInput):
    """A design with faults. problems: field -> one sentence; an arm's fields are arm-0, arm-1, ..."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class ArmDesign:
    """One arm: its name and its changes, `path=value` each."""

    name: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Design:
    """An experiment as asked for. steps: None for the base scenario's. The first arm is the control."""

    title: str
    arms: tuple[ArmDesign, ...]
    replicates: int
    first_seed: int = 1
    steps: int | None = None
    metrics: tuple[str, ...] = ()
    reading: str = Experiment.Reading.LAST
    question: str = ""


@dataclass(frozen=True)
class Plan:
    """A design that holds. documents: of each arm. steps and metrics are spelled out."""

    design: Design
    documents: tuple[Scenario, ...]
    steps: int
    metrics: tuple[str, ...]

    @property
    def runs(self) -> int:
        """How many runs it is."""
        return len(self.documents) * self.design.replicates


@dataclass
class _Found:
    problems: dict[str, str] = field(default_factory=dict)

    def whole(self, name: str, value: Any, low: int, high: int) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            shown = str(value)[:40] if value is not None else "empty"
            self.problems[name] = f"{name} is {shown}; it must be a whole number from {low} to {high}."


def check(design: Design, base: Scenario) -> Plan:
    """Return the plan of a design; DesignInvalid with a sentence per faulty field."""
    found = _Found()
    title = design.title.strip()
    if not 1 <= len(title) <= LONGEST_TITLE:
        found.problems["title"] = f"title has {len(title)} characters; it must have 1 to {LONGEST_TITLE}."
    if len(design.question) > LONGEST_QUESTION:
        found.problems["question"] = (
            f"question has {len(design.question)} characters; {LONGEST_QUESTION} at most."
        )
    found.whole("replicates", design.replicates, 1, MOST_REPLICATES)
    found.whole("first_seed", design.first_seed, 0, MAX_SEED - MOST_REPLICATES)
    steps = base.clock.steps if design.steps is None else design.steps
    found.whole("steps", steps, 1, MAX_STEPS)
    if design.reading not in Experiment.Reading.values:
        found.problems["reading"] = (
            f"reading is {design.reading[:40]!r}; it must be one of {', '.join(Experiment.Reading.values)}."
        )
    documents = _documents(design.arms, base, found)
    metrics = _metrics(design.metrics, documents, base, found)
    if "replicates" not in found.problems and len(design.arms) * design.replicates > MOST_CELLS:
        found.problems["replicates"] = (
            f"{len(design.arms)} arms \u00d7 {design.replicates} replicates are "
            f"{len(design.arms) * design.replicates} runs; an experiment may have {MOST_CELLS}."
        )
    if found.problems:
        raise DesignInvalid(found.problems)
    return Plan(design, documents, steps, metrics)


def _documents(arms: Sequence[ArmDesign], base: Scenario, found: _Found) -> tuple[Scenario, ...]:
    if not 1 <= len(arms) <= MOST_ARMS:
        found.problems["arms"] = f"arms has {len(arms)} entries; it must have 1 to {MOST_ARMS}."
        return ()
    documents, names = [], set()
    for i, arm in enumerate(arms):
        name = arm.name.strip()
        if not 1 <= len(name) <= LONGEST_NAME:
            found.problems[f"arm-{i}"] = f"The name of arm {i + 1} must have 1 to {LONGEST_NAME} characters."
        elif name.casefold() in names:
            found.problems[f"arm-{i}"] = f"Two arms are called {name}; each needs a name of its own."
        names.add(name.casefold())
        try:
            documents.append(_document(arm, base))
        except ScenarioInvalid as wrong:
            found.problems[f"arm-{i}"] = (
                f"Arm {name or i + 1}: {' '.join(p.message for p in wrong.problems[:3])}"
            )
        except WrongInput as wrong:
            found.problems[f"arm-{i}"] = f"Arm {name or i + 1}: {wrong}"
    return tuple(documents)


def _document(arm: ArmDesign, base: Scenario) -> Scenario:
    if len(arm.changes) > MOST_CHANGES:
        raise WrongInput(f"{len(arm.changes)} changes; an arm may have {MOST_CHANGES}.")
    document = set_paths(base, arm.changes) if arm.changes else base
    if document.clock.steps != base.clock.steps:
        raise WrongInput("clock.steps cannot differ between arms; set the steps of the experiment.")
    if document.clock.minutes_per_step != base.clock.minutes_per_step:
        raise WrongInput(
            "clock.minutes_per_step cannot differ between arms; their steps could not be compared."
        )
    check_metrics(document.metrics)
    return document


def measured(document: Scenario) -> tuple[str, ...]:
    """Return the names of the metrics that a run of the document has at each step."""
    groups = {"default": registry.usual, "live": registry.live}
    named = (name for word in document.metrics for name in (groups[word]() if word in groups else (word,)))
    return tuple(dict.fromkeys(named))


def usual_headlines(document: Scenario) -> tuple[str, ...]:
    """Return the metrics that say most about a scenario, of those it measures."""
    if document.minds.opinion.kind != "none":
        wanted: tuple[str, ...] = ("opinion_variance", "neighbour_correlation", "ei_index")
    elif document.platform.rules == "forum":
        wanted = ("mean_score_up", "mean_score_control", "likes_made")
    else:
        wanted = ("largest_cascade_reach", "reposts_made", "posts_written")
    there = measured(document)
    return tuple(name for name in wanted if name in there) or there[:1]


def _metrics(
    asked: Sequence[str], documents: Sequence[Scenario], base: Scenario, found: _Found
) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(asked)) or usual_headlines(base)
    if len(names) > MOST_METRICS:
        found.problems["metrics"] = f"metrics has {len(names)} names; it may have {MOST_METRICS}."
    for name in names:
        if name not in registry.names():
            found.problems["metrics"] = f"metrics names {name[:60]}; there is no metric of that name."
        elif not all(name in measured(document) for document in documents):
            found.problems["metrics"] = (
                f"metrics names {name}, which not every arm measures; add it to the scenario's metrics."
            )
    return names
