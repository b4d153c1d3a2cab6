"""What the record of a decision says: its numbers, its reasons and its effects in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from simapp.models import RunPost
from simapp.runs.points import past_of
from simapp.web import run_feed
from simapp.web.numbers import thousands, three_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simapp.models import Run
    from simapp.runs.decisions import Record

OUTCOMES = {"answered": "answered", "abstained": "not readable", "late": "too late"}
_STATES = {"answered": "done", "abstained": "failed", "late": "paused"}
_DECIDED = {
    "rules": "Rules decided",
    "archetype": "The user's group decided (a model is asked for groups, and members are drawn from its answers)",
    "local": "A model of this installation decided",
    "endpoint": "A model behind an endpoint decided",
    "scenario": "The scenario decided",
}
_BECAUSE = {
    "named": "the scenario names the user",
    "reach": "the user has among the most followers of those who were active",
    "novelty": "the user's feed has among the most posts by strangers",
    "stakes": "the user's feed has a post with among the most reactions",
    "limit reached": "a limit of the run did not allow another question",
    "no answer in time": "no answer of the model came in time",
    "not readable": "the model's reply could not be read, twice, so the user did nothing",
}


@dataclass(frozen=True)
class Row:
    """A question in the list of a run's: where its record is, whom it is about, what became of it.

    said: the beginning of the model's text; note: where it has none that could be used, our sentence about that.
    """

    url: str
    step: int
    who: str
    number: str
    outcome: str
    state: str
    model: str
    tier: str
    cached: bool
    tokens: str
    seconds: str
    said: str
    note: str


@dataclass(frozen=True)
class Effect:
    """One thing that a user did, as shown. number: of the post in the user's feed, None where it was not in it."""

    action: str
    number: int | None
    about: str
    text: str
    outcome: str
    refused: bool


@dataclass(frozen=True)
class Step:
    """One act of a reply as it was read."""

    action: str
    on: str
    topic: str
    stance: str
    text: str


def rows(run: Run, found: Sequence[Any]) -> list[Row]:
    """Return replies, each annotated with the beginning of its text as `said`, as the list shows them."""
    handles = run_feed.handles_of(run, {reply.user_id for reply in found if reply.user_id >= 0})
    return [_row(run, reply, handles) for reply in found]


def _row(run: Run, reply: Any, handles: Mapping[int, str]) -> Row:
    user, of_group = reply.user_id, reply.user_id < 0
    return Row(
        reverse("run:group-decision", args=[run.pk, reply.step, -1 - user])
        if of_group
        else reverse("run:decision", args=[run.pk, user, reply.step]),
        reply.step,
        "group question" if of_group else f"@{handles[user]}",
        str(-1 - user if of_group else user),
        OUTCOMES.get(reply.outcome, reply.outcome),
        _STATES.get(reply.outcome, "done"),
        reply.model,
        reply.tier,
        reply.cached,
        thousands(reply.tokens_in + reply.tokens_out),
        three_digits(reply.seconds),
        reply.said,
        "" if reply.said else reply.problem,
    )


def line_of(counts: Mapping[str, int]) -> str:
    """Return what became of the questions to models, problems first; "" before there was one."""
    total = sum(counts.values())
    if not total:
        return ""
    said = []
    for outcome, words in (("abstained", "could not be read"), ("late", "came too late")):
        if number := counts.get(outcome, 0):
            said.append(f"{thousands(number)} of {thousands(total)} {words}")
    return ", ".join(said) if said else f"all {thousands(total)} could be read"


def why(record: Record) -> str:
    """Return who decided, and why that kind of mind, as a sentence."""
    if record.user < 0:
        return "A model was asked for a group of users; what its members do is drawn from all answers about the group."
    if not record.tier:
        return "The user did not decide anything in this step: whoever is not active is not asked."
    sentence = _DECIDED.get(record.tier, f"{record.tier.capitalize()} decided")
    because = _BECAUSE.get(record.reason)
    return f"{sentence}, because {because}." if because else f"{sentence}, as the scenario sets it."


def facts(record: Record) -> list[tuple[str, str]]:
    """Return the numbers of a reply: what it cost, who made it, how it came."""
    reply = record.reply
    if reply is None:
        return []
    batch = reply.batch
    tries = {0: "none: the reply was replayed or never came"}.get(reply.tries, str(reply.tries))
    found = [
        ("outcome", reply.outcome),
        ("model", reply.model),
        ("revision", reply.revision or "unknown"),
        ("tier", reply.tier),
        ("reason", reply.reason or "as set"),
        (
            "tokens in",
            f"{thousands(reply.tokens_in)}, {thousands(reply.tokens_cached)} of them from the server's cache",
        ),
        ("tokens out", thousands(reply.tokens_out)),
        ("latency", f"{three_digits(reply.seconds)} s"),
        ("cost", three_digits(reply.cost)),
        (
            "from the reply cache",
            "yes: asked nobody now, the numbers are those of then" if reply.cached else "no",
        ),
        ("tries", tries),
        ("template", reply.template or "unknown"),
        ("options, as offered", ", ".join(reply.options)),
    ]
    if record.question is not None:
        found.append(("seed", str(record.question.seed)))
    if reply.key:
        found.append(("key", bytes(reply.key).hex()))
    if batch is not None:
        took = f"by {batch.taken_by}, claim {batch.claim}" if batch.taken_by else "by nobody"
        found.append(("batch", f"{batch.pk} of {len(batch.users)} questions, taken {took}"))
        if batch.late:
            found.append(
                ("late answers", f"{batch.late}: came when nobody waited any more, and were not used")
            )
    return found


def deeds(record: Record) -> list[Step]:
    """Return the acts that the reply was read as."""
    topics = record.question.topics if record.question is not None else ()
    return [
        Step(
            deed.action.replace("_", " "),
            f"{deed.post}.{deed.comment}" if deed.comment else str(deed.post or ""),
            topics[deed.topic] if 0 <= deed.topic < len(topics) else "",
            "" if deed.stance is None else three_digits(deed.stance),
            deed.text,
        )
        for deed in record.deeds
    ]


def about(run: Run, record: Record, strange: set[int]) -> dict[int, str]:
    """Return whose posts they are that were acted on and stand in no feed of the step, by key."""
    strange = {key for key in strange if key >= 0}
    if not strange:
        return {}
    steps = {(key >> 12) & 0xFFFFF for key in strange}
    rows = RunPost.objects.filter(past_of(run), step__in=steps, key__in=strange)
    authors = dict(rows.values_list("key", "author"))
    handles = run_feed.handles_of(run, set(authors.values()))
    mine = record.user
    return {
        key: "a post of their own" if author == mine else f"a post of @{handles[author]}"
        for key, author in authors.items()
    }


def done(run: Run, record: Record, strange: Mapping[int, str]) -> list[Effect]:
    """Return what the user did and what came of it."""
    number = {one.post: one.rank + 1 for one in record.shown}
    texts = run_feed.texts_of(run, {one.text for one in record.done})
    handles = run_feed.handles_of(run, {one.user for one in record.done if one.user >= 0})
    return [
        Effect(
            one.action.replace("_", " "),
            number.get(one.post),
            f"@{handles[one.user]}" if one.user >= 0 else strange.get(one.post, ""),
            texts.get(one.text, ""),
            one.outcome,
            one.refused,
        )
        for one in record.done
    ]
