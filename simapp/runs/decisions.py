"""The record of one decision: what a user was shown, who decided and why, what a model said, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from agents.answers import read_answer
from agents.asking import Question
from simapp.engine.actions.registry import names_by_code
from simapp.engine.core.batches import REASONS, TIERS
from simapp.engine.core.outcomes import SENTENCES, Outcome
from simapp.models import ModelReply, RunEvent, RunStep
from simapp.runs import questions
from simapp.runs.points import past_of
from simapp.store.files import FileDamaged, list_files, run_folder
from simapp.store.lineage import holder_of, segments_of
from simapp.store.parquet import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.answers import Answer, Deed
    from simapp.models import Run

MOST_COMMENTS = 20  # under a post of a prompt


@dataclass(frozen=True)
class Shown:
    """An impression: place in the feed from 0, key of the post, score."""

    rank: int
    post: int
    score: float


@dataclass(frozen=True)
class Done:
    """One thing that was chosen or happened. outcome: what came of it, "" where nothing was recorded.

    post, user, text: what it is about, -1 for none; refused: whether the platform did not do it.
    """

    action: str
    n: int
    post: int
    user: int
    text: int
    outcome: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Record:
    """A decision of a user in a step, as far as it is kept.

    tier and reason are "" where the user did not decide in the step. lost: what is no longer kept, a sentence each.
    reply: what a model answered about this user, None where none was asked; question: what it was asked, None where
    prompts are not kept; answer: what the reply says, as it is read now; first: the same of a first try.
    """

    user: int
    step: int
    shown: list[Shown]
    done: list[Done]
    tier: str = ""
    reason: str = ""
    lost: list[str] = field(default_factory=list)
    reply: ModelReply | None = None
    question: Question | None = None
    answer: Answer | None = None
    first: Answer | None = None

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What the reply says is to be done."""
        return self.answer.deeds if self.answer is not None else ()


def record_of(run: Run, user: int, step: int) -> Record:
    """Return the record of a user's step; of an archetype's question where `user` is negative (see agents.asking).

    Raises LookupError for a step that is not part of the run's past.
    """
    segments = segments_of(run)
    place = holder_of(segments, step)
    lost: list[str] = []
    shown, chosen = [], []
    tier = reason = ""
    if user >= 0:
        rows = _logged(place.run_id, "impressions", "viewer", user, step, lost)
        shown = [Shown(int(row["rank"]), int(row["post"]), float(row["score"])) for row in rows]
        chosen = _logged(place.run_id, "decisions", "actor", user, step, lost)
        if chosen:
            tier, reason = TIERS[chosen[0]["tier"]], REASONS[chosen[0].get("reason", 0)]
    reply = (
        ModelReply.objects.filter(run_id=place.run_id, step=step, user_id=user)
        .select_related("batch")
        .first()
    )
    shown.sort(key=lambda one: one.rank)
    question = _question(reply)
    read_by = question or _without_prompt(reply, len(shown))
    return Record(
        user=user, step=step, shown=shown, done=_done(place.run_id, step, user, chosen), tier=tier, reason=reason,
        lost=lost, reply=reply, question=question,
        answer=read_answer(reply.text, read_by) if reply and read_by and reply.text else None,
        first=read_answer(reply.first, read_by) if reply and read_by and reply.first else None,
    )  # fmt: skip


def feed_of(run: Run, user: int, step: int) -> tuple[list[Shown], list[str]]:
    """Return what a user was shown at a step, from the top, and what of it is no longer kept, a sentence each.

    Raises LookupError for a step that is not part of the run's past.
    """
    lost: list[str] = []
    rows = _logged(holder_of(segments_of(run), step).run_id, "impressions", "viewer", user, step, lost)
    shown = [Shown(int(row["rank"]), int(row["post"]), float(row["score"])) for row in rows]
    return sorted(shown, key=lambda one: one.rank), lost


def counts_of(run: Run) -> dict[str, int]:
    """Return how many questions to models a run's past has, by outcome."""
    found = ModelReply.objects.filter(past_of(run)).order_by().values_list("outcome")
    return dict(found.annotate(Count("pk")))


def asks_models(document: dict[str, Any]) -> bool:
    """Whether users of a stored scenario think with models."""
    models = (document.get("minds") or {}).get("models") or {}
    return bool(models.get("tiers"))


def _logged(
    run_id: int, kind: str, column: str, user: int, step: int, lost: list[str]
) -> list[dict[str, Any]]:
    """Return a user's rows of a step's log; adds a sentence to `lost` where the log is gone."""
    files = list_files(run_id, kind, after=step - 1, upto=step)
    if not files:
        if kind == "impressions" and not _empty(run_id, step):
            lost.append("What was shown in this step is no longer kept (the run's retention rule).")
        return []
    try:
        return read_rows(run_folder(run_id), files[0][1], column, user).to_dicts()
    except FileDamaged as problem:
        lost.append(f"The log of {kind} of this step: {problem}.")
        return []


def _empty(run_id: int, step: int) -> bool:
    """Whether nothing was shown to anybody: then there is no file, and none is missing."""
    counts = RunStep.objects.filter(run_id=run_id, step=step).values_list("counts", flat=True).first()
    return not (counts or {}).get("impressions", 0)


def _question(reply: ModelReply | None) -> Question | None:
    if reply is None or reply.batch is None or reply.batch.asked is None:
        return None
    asked, *_ = questions.unpack(reply.batch)
    return next((a.question for a in asked if a.question.user == reply.user_id), None)


def _without_prompt(reply: ModelReply | None, posts: int) -> Question | None:
    """Return a question by which a reply can be read although its prompt is gone: topics stay unknown."""
    if reply is None:
        return None
    comments = (MOST_COMMENTS,) * posts
    return Question(reply.user_id, "", "", tuple(reply.options), posts, comments, (), 0, reply.template)


def _done(run_id: int, step: int, user: int, chosen: Iterable[dict[str, Any]]) -> list[Done]:
    if user < 0:
        return []
    events = list(RunEvent.objects.filter(run_id=run_id, step=step, actor=user).order_by("seq"))
    done = [_happened(event) for event in events]
    # Doing nothing is a decision and no event; whatever else was chosen has its event.
    told = {(event.n, event.code) for event in events}
    names = names_by_code()
    for row in chosen:
        if (row["n"], row["code"]) not in told:
            words = (int(row[name]) for name in ("target", "user", "text"))
            done.append(Done(names.get(row["code"], str(row["code"])), int(row["n"]), *words))
    return sorted(done, key=lambda one: one.n)


def _happened(event: RunEvent) -> Done:
    name = names_by_code().get(event.code, str(event.code))
    post = event.target if event.post < 0 else event.post
    refused = event.outcome != Outcome.DONE
    return Done(name, event.n, post, event.user_id, event.text_id, SENTENCES[Outcome(event.outcome)], refused)
