"""What a member wishes to happen, checked with the very classes of a scenario's interventions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.engine.core import ids
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.posts import COMMENT, REPOST
from simapp.engine.core.streams import Streams
from simapp.models import Run, RunInput, RunPost, RunUser
from simapp.runs.points import past_of
from simapp.scenarios.document import as_dict, load_scenario
from simapp.scenarios.parts.moderation import POST_WORDS
from simapp.scenarios.problems import ScenarioInvalid, ScenarioProblem
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simapp.scenarios.document import Scenario

# first_vote is no single act: it is a treatment of every new post of a time, which a scenario or a fork declares.
KINDS = (
    "inject_post", "label_post", "note_post", "remove_post", "restore_post", "demote_post", "undo_demote_post",
    "suspend_user", "reinstate_user", "automate_user", "undo_automate_user", "switch_feed", "rewire", "set_bots",
    "plant_fact", "forget_fact",
)  # fmt: skip
WHO = ("author", "user")
_OWN_DRAWS = 1000  # members' draws are numbered from here on, clear of those of the scenario's list


@dataclass(frozen=True)
class Wish:
    """An intervention as said, checked: `fields` are those of its class in JSON types, without kind and step.

    post: the number of an existing post, None where fields["post"] is a word or there is none.
    """

    kind: str
    fields: dict[str, Any]
    post: int | None = None

    def check_with(self, run: Run, step: int) -> None:
        """Refuse a switch of the feed that does not fit what else is planned. `run`: its row, locked."""
        if self.kind == "switch_feed":
            _checked(run, {"kind": self.kind, **self.fields, "at": step})


def wish_of(run: Run, said: Mapping[str, Any], at: int | None = None) -> Wish:
    """Return what is said, to be done at step `at`, checked against the run. Raises ScenarioInvalid: its paths are
    names of fields.
    """
    kind = said.get("kind")
    if kind not in KINDS:
        raise ScenarioInvalid([ScenarioProblem.wrong("kind", kind, f"one of {', '.join(KINDS)}")])
    fields = {name: value for name, value in said.items() if name not in ("kind", "at")}
    problems: list[ScenarioProblem] = []
    post = None
    if "post" in fields:
        post, found = _post(run, fields["post"])
        problems += found
        fields["post"] = POST_WORDS[0] if post is not None or found else fields["post"]
    for name in WHO:
        if name in fields:
            fields[name], found = _who(run, name, fields[name])
            problems += found
    try:
        checked = _checked(run, {"kind": kind, **fields, "at": at or max(run.step, 0) + 1})
    except ScenarioInvalid as wrong:
        raise ScenarioInvalid(problems + wrong.problems) from None
    problems += _feed(run, checked) if kind == "switch_feed" else []
    if problems:
        raise ScenarioInvalid(problems)
    return Wish(str(kind), checked, post)


def settled(run: Run, wish: Wish, step: int, seq: int) -> dict[str, Any]:
    """Return the settings as the input log keeps them: facts, with whatever was left to chance drawn."""
    settings, streams = dict(wish.fields), Streams(run.seed)
    nth = _OWN_DRAWS + seq
    for name in WHO:
        if settings.get(name) == "random":
            settings[name] = int(streams.integers(f"intervention/{name}", run.users, step=step, item=nth))
    if "appeal" in settings and settings["appeal"] is None:
        settings["appeal"] = _appeal(run, streams, step, nth)
    if settings.get("topic") is not None:
        settings["topic"] = run.scenario_version.document["topics"].index(settings["topic"])
    if wish.post is not None:
        settings["post"] = {"key": wish.post}
    return settings


def _appeal(run: Run, streams: Streams, step: int, nth: int) -> float:
    from agents.writing import Writing

    drawn = run.scenario_version.document["minds"]["appeal"]
    writing = Writing(None, appeal_median=drawn["median"], appeal_sigma=drawn["sigma"])  # type: ignore[arg-type]
    return float(writing.appeal(streams, step, ids.SYSTEM, ids.post_key(ids.SYSTEM, step, nth)))  # type: ignore[arg-type]


def _checked(run: Run, change: dict[str, Any]) -> dict[str, Any]:
    """Return the change as its class has it, checked among all switches of the feed that the run has or plans."""
    document = as_dict(load_scenario(run.scenario_version.document))
    switches = [item for item in document["interventions"] if item["kind"] == "switch_feed"]
    switches += _switches(run)
    document["interventions"] = [*switches, change]
    last = f"interventions.{len(switches)}"
    try:
        scenario: Scenario = load_scenario(document)
    except ScenarioInvalid as wrong:
        raise ScenarioInvalid([_nearby(problem, last) for problem in wrong.problems]) from None
    found = scenario.interventions[-1].model_dump(mode="json")
    return {name: value for name, value in found.items() if name not in ("kind", "at")}


def _feed(run: Run, switch: dict[str, Any]) -> list[ScenarioProblem]:
    """Return what is wrong with a preset's parameters, which it checks itself: the run must not find out."""
    from recommender.registry import recipe_of

    explore = run.scenario_version.document["feed"].get("explore")
    try:
        recipe_of(switch["preset"], switch["params"], pipeline=switch["pipeline"], explore=explore)
    except WrongInput as wrong:
        sentence = str(wrong).replace("feed.params", "params", 1)
        return [ScenarioProblem("params", switch["params"], sentence, "")]
    return []


def _switches(run: Run) -> list[dict[str, Any]]:
    mine = RunInput.objects.filter(run_id=run.rows, step__gt=run.step) | RunInput.objects.filter(past_of(run))
    rows = mine.filter(kind="switch_feed").order_by("step", "seq")
    return [{**row.payload, "kind": row.kind, "at": row.step} for row in rows]


def _nearby(problem: ScenarioProblem, last: str) -> ScenarioProblem:
    """Return a problem of the list's last intervention under the name of its field alone."""
    if not problem.path.startswith(last):
        return problem
    path = problem.path.removeprefix(last).lstrip(".")
    # Of a union's member the tag may stand in the path; a person typed a field.
    return ScenarioProblem(path, problem.value, problem.message.replace(f"{last}.", "", 1), problem.accepted)


def _post(run: Run, named: Any) -> tuple[int | None, list[ScenarioProblem]]:
    """Return the number of the post that is meant, None for a word, and what is wrong with it."""
    text = str(named).strip()
    if text in POST_WORDS:
        return None, []
    accepted = f"a post's number, or one of {', '.join(POST_WORDS)}"
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) < 2**63):
        return None, [ScenarioProblem.wrong("post", text[:60], accepted)]
    key = int(text)
    step = int(ids.split_post_key(key)[1])
    row = RunPost.objects.filter(past_of(run), step=step, key=key).values("kind", "parent").first()
    if row is None or row["kind"] == COMMENT:
        return None, [ScenarioProblem.wrong("post", text, "the number of a post of this run")]
    # People see the original where somebody shared it; moderation names the very row.
    return int(row["parent"] if row["kind"] == REPOST else key), []


def _who(run: Run, name: str, named: Any) -> tuple[Any, list[ScenarioProblem]]:
    """Return the user's number for a number or a handle; words as they are."""
    if isinstance(named, str) and named.strip() in ("most_followed", "random"):
        return named.strip(), []
    text = str(named).strip()
    accepted = f"a user's number from 0 to {run.users - 1}, a handle, or one of most_followed, random"
    if text.isascii() and text.isdecimal() and len(text) < 10:
        user = int(text)
        return (user, []) if user < run.users else (0, [ScenarioProblem.wrong(name, user, accepted)])
    handle = text.removeprefix("@")
    founder = segments_of(run)[0].run_id
    found = RunUser.objects.filter(run_id=founder, handle=handle).order_by("user_id").first() if handle else None
    if found is None:
        return 0, [ScenarioProblem.wrong(name, text[:60], accepted)]
    return found.user_id, []


__all__ = ["KINDS", "Wish", "settled", "wish_of"]
