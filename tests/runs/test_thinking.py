"""Users who think with a model: what was answered is an input of the run, kept once, and nothing else decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agents.asking import Question, Reply
from simapp.engine.actions.registry import code_of
from simapp.engine.core.batches import REASONS, TIERS
from simapp.engine.core.threads import Workers
from simapp.models import CachedReply, ModelReply, QuestionBatch, Run, RunUser
from simapp.runs import answering, questions, snapshot_files
from simapp.runs.forks import create_fork
from simapp.runs.replaying import replay
from simapp.scenarios.document import as_dict, load_scenario
from simapp.store.files import list_files, run_folder
from simapp.store.parquet import read_log
from tests.runs.small import busy, finish, make
from tests.runs.thinking import Away, Oracle, answered, endpoint, models, replies

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]

Answered = Callable[[Any], None]


def thinking(*tiers: dict[str, Any], **more: Any) -> Any:
    raw = as_dict(busy("rumour", "clock.minutes_per_step=60", "clock.steps=12"))
    raw["minds"]["models"] = models(*(tiers or (endpoint(30),)), **more)
    return load_scenario(raw)


def decisions(run: Run) -> Any:
    import polars as pl

    return pl.concat(
        read_log(run_folder(run.rows), file).with_columns(step=step)
        for step, file in list_files(run.rows, "decisions", upto=run.step, after=0)
    )


def test_users_of_the_tier_do_what_the_model_said_and_others_decide_by_rules(answered: Answered) -> None:
    oracle = Oracle()
    answered(oracle)

    run = finish(make(thinking()))

    assert run.status == "finished", run.error
    told = decisions(run)
    by_model = told.filter(told["tier"] == TIERS.index("endpoint"))
    assert set(by_model["actor"]) == set(oracle.asked)
    assert len(set(oracle.asked)) <= 30
    assert set(told.filter(told["tier"] == TIERS.index("rules"))["actor"]).isdisjoint(oracle.asked)
    assert ModelReply.objects.filter(run_id=run.rows).count() == len(oracle.asked)


def test_a_reply_that_cannot_be_read_is_an_abstention_with_its_reason_and_nobody_acts(answered: Answered) -> None:
    answered(Oracle())

    run = finish(make(thinking()))

    abstained = list(ModelReply.objects.filter(run_id=run.rows, outcome="abstained").values_list("step", "user_id"))
    assert abstained
    rows = {(row["step"], row["actor"]): row for row in decisions(run).to_dicts()}
    for place in abstained:
        assert rows[place]["reason"] == REASONS.index("not readable")
        assert rows[place]["code"] == code_of("do_nothing")


def test_a_replay_asks_nobody_and_comes_out_the_same(answered: Answered) -> None:
    oracle = Oracle()
    answered(oracle)
    run = finish(make(thinking()))
    asked = len(oracle.asked)

    assert replay(run, workers=Workers(2)).differs_at is None
    assert len(oracle.asked) == asked


def test_a_run_from_the_reply_cache_has_the_same_digest_with_every_model_away(answered: Answered) -> None:
    answered(Oracle())
    first = finish(make(thinking()))
    answered(Away())

    again = finish(make(thinking(), answers="cache"))

    assert again.status == "finished", again.waiting
    assert again.digest == first.digest
    assert [row[:-1] for row in replies(again)] == [row[:-1] for row in replies(first)]
    assert all(row[-1] for row in replies(again))


def test_a_run_from_the_cache_pauses_and_names_what_the_cache_does_not_hold(answered: Answered) -> None:
    answered(Oracle())
    finish(make(thinking()))

    other = finish(make(thinking(), answers="cache", seed=8))

    assert other.status == "paused"
    assert "the reply cache does not hold" in other.waiting
    assert other.step == 0


def test_the_second_run_of_the_same_study_takes_answers_from_the_cache(answered: Answered) -> None:
    oracle = Oracle()
    answered(oracle)
    first = finish(make(thinking()))
    before = len(oracle.asked)

    again = finish(make(thinking()))

    assert again.digest == first.digest
    # Only what could not be read is asked once more.
    assert len(oracle.asked) - before == ModelReply.objects.filter(run_id=first.rows, outcome="abstained").count()


def test_another_revision_of_the_model_is_asked_anew(answered: Answered) -> None:
    answered(Oracle())
    finish(make(thinking()))
    newer = Oracle(name="oracle@2")
    answered(newer)

    run = finish(make(thinking()))

    assert len(newer.asked) == ModelReply.objects.filter(run_id=run.rows).count()


@pytest.mark.parametrize("limits", [{"tokens": 8_000}, {"money": 0.05}, {"seconds": 45.0}])
def test_a_limit_is_never_exceeded_and_rules_decide_from_then_on(
    limits: dict[str, Any], answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(Oracle())
    prices = {"endpoint/oracle": {"input": 5.0, "output": 5.0, "timeout": 20.0}}
    monkeypatch.setattr("simapp.runs.services.note_prices", lambda *_: prices)

    run = finish(make(thinking(endpoint(60), limits=limits)))

    said = ModelReply.objects.filter(run_id=run.rows)
    spent = {
        "tokens": sum(r.tokens_in + r.tokens_out for r in said),
        "money": sum(r.cost for r in said),
        "seconds": sum(r.seconds for r in said),
    }
    name, most = next(iter(limits.items()))
    assert 0 < spent[name] <= most
    told = decisions(run)
    limited = told.filter(told["reason"] == REASONS.index("limit reached"))
    assert len(limited)
    assert set(limited["tier"]) == {TIERS.index("rules")}
    assert replay(run, workers=Workers(1)).differs_at is None


def test_a_limit_can_pause_the_run_which_says_why(answered: Answered) -> None:
    answered(Oracle())

    run = finish(make(thinking(endpoint(60), limits={"tokens": 8_000, "then": "pause"})))

    assert run.status == "paused"
    assert run.waiting.startswith("the limit of 8000 tokens")


def test_who_is_not_answered_in_time_decides_by_rules_and_a_late_answer_is_kept_and_ignored(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(Away())
    monkeypatch.setattr("simapp.runs.asking.POLL_SECONDS", 0.0)

    run = finish(make(thinking(waiting={"seconds": 0.01, "then": "rules"}), steps=3))

    assert run.status == "finished"
    told = decisions(run)
    late = told.filter(told["reason"] == REASONS.index("no answer in time"))
    assert len(late)
    assert set(late["tier"]) == {TIERS.index("rules")}
    digest, batch = bytes(run.digest), QuestionBatch.objects.filter(run_id=run.rows).first()
    assert batch is not None
    assert batch.status == "closed"
    assert answering.answer_batch(batch.pk, model_of=lambda *_: Oracle()) == ""
    assert replay(run, workers=Workers(1)).digest == digest.hex()


def test_a_worker_that_comes_back_after_its_batch_was_given_to_another_changes_nothing(answered: Answered) -> None:
    slow: list[int] = []

    class Frozen(Oracle):
        def answer(self, questions: Any, sampling: Any) -> Any:
            batch = QuestionBatch.objects.get(status="taken")
            if batch.claim == 1:
                # While it sleeps its lease ends, and another worker takes the batch and answers it.
                slow.append(batch.pk)
                QuestionBatch.objects.filter(pk=batch.pk).update(taken_until="2000-01-01T00:00Z")
                assert answering.answer_batch(batch.pk, model_of=lambda *_: Oracle()) == "answered"
            return super().answer(questions, sampling)

    answered(Oracle())
    expected = finish(make(thinking(), steps=4))
    CachedReply.objects.all().delete()
    answered(Frozen())

    run = finish(make(thinking(), steps=4))

    assert run.digest == expected.digest
    assert slow
    assert set(QuestionBatch.objects.filter(pk__in=slow).values_list("late", "claim")) == {(1, 2)}
    assert replies(run) == replies(expected)


def test_a_fork_has_what_its_parent_was_told_and_asks_on_by_itself(answered: Answered) -> None:
    oracle = Oracle()
    answered(oracle)
    parent = finish(make(thinking()))
    fork = finish(create_fork(run=parent, at=6, member=None))

    assert fork.digest == parent.digest
    assert replay(fork, workers=Workers(1)).differs_at is None
    assert set(ModelReply.objects.filter(run_id=fork.rows).values_list("step", flat=True)) <= set(range(7, 13))


def test_prompts_are_kept_only_where_the_scenario_says_so(answered: Answered) -> None:
    answered(Oracle())
    kept, not_kept = (finish(make(thinking(keep_prompts=said), steps=3, seed=s)) for said, s in ((True, 1), (False, 2)))

    assert all(QuestionBatch.objects.filter(run_id=kept.rows).values_list("asked", flat=True))
    assert not any(QuestionBatch.objects.filter(run_id=not_kept.rows).values_list("asked", flat=True))


def test_a_planted_fact_stands_in_the_prompt_until_it_is_forgotten_and_leaves_no_trace(answered: Answered) -> None:
    answered(Oracle())
    fact = "The bridge over the river was closed because of cracks."
    about = {"kind": "inject_post", "author": 5, "text": "The bridge over the river is closed, cracks they say."}
    topic = busy().topics[0]
    raw = as_dict(thinking({"tier": "endpoint", "model": "oracle", "who": {"kind": "share", "share": 1.0}}))
    raw["interventions"] = [
        {"kind": "plant_fact", "at": 2, "user": 7, "text": fact},
        *({**about, "at": at, "topic": topic} for at in (3, 4, 5, 8, 9, 10)),
        {"kind": "forget_fact", "at": 8, "user": 7, "text": fact},
    ]
    raw["network"] = {"kind": "barabasi_albert", "mean_followees": 100}

    run = finish(make(load_scenario(raw)))

    assert run.status == "finished", run.error
    told = {
        batch.step: a.question.own
        for batch in QuestionBatch.objects.filter(run_id=run.rows)
        for a in questions.unpack(batch)[0]
        if a.question.user == 7
    }
    knew = {step for step, own in told.items() if "closed because of cracks" in own}
    assert knew
    assert knew <= set(range(2, 8))
    world = snapshot_files.newest_good(run.rows, upto=run.step).world
    assert not any(b"closed because" in array.tobytes() for array in world.extra.values())


def test_a_model_words_the_drawn_personas_of_those_who_think_once_and_for_good(answered: Answered) -> None:
    class Words(Oracle):
        def _reply(self, question: Question) -> Reply:
            if question.own.startswith("Facts:"):
                said = {"do": [{"act": "create_post", "text": f"Somebody, number {question.user}."}]}
                return Reply(json.dumps(said), "answered", self.name, 50, 20)
            return super()._reply(question)

    model = Words()
    answered(model)
    raw = as_dict(thinking())
    raw["population"]["personas"]["written_by"] = {"tier": "endpoint", "model": "oracle"}
    document = load_scenario(raw)

    run = finish(make(document, steps=4))
    asked = len(model.asked)

    assert run.status == "finished", run.error
    worded = {u.user_id for u in RunUser.objects.filter(run_id=run.rows) if u.persona.startswith("Somebody, number")}
    assert len(worded) == 30
    thought = ModelReply.objects.filter(run_id=run.rows, step__gt=0).values_list("user_id", flat=True)
    assert set(thought) <= worded
    batches = QuestionBatch.objects.filter(run_id=run.rows, step__gt=0)
    prompts = [a.question for batch in batches for a in questions.unpack(batch)[0]]
    assert all(f"Somebody, number {q.user}." in q.own for q in prompts)
    assert replay(run, workers=Workers(1)).differs_at is None
    assert len(model.asked) == asked
