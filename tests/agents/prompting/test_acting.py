"""What comes of an answer in the world."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from agents.answers import Answer, Deed
from agents.asking import Reply
from simapp.engine.actions.door import carry_out
from simapp.engine.actions.registry import code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import TIERS, DecisionBatch
from simapp.engine.core.posts import COMMENT, POST, QUOTE
from tests.agents.prompting.worlds import STREAMS, acted, prompter, town


def reply(*acts: dict[str, Any]) -> str:
    return json.dumps({"do": list(acts)})


def test_each_deed_becomes_the_request_that_was_meant() -> None:
    world, feed = town()
    batch = acted(
        reply(
            {"act": "like_post", "on": "3"},
            {"act": "follow", "on": "1.2"},
            {"act": "like_comment", "on": "1.1"},
            {"act": "create_comment", "on": "2", "text": "so it is", "stance": -0.5},
        ),
        world,
        feed.take(np.array([0])),
    )
    found = {
        (int(code), int(post), int(user))
        for code, post, user in zip(batch.code, batch.post, batch.user, strict=True)
    }
    assert found == {
        (code_of("like_post"), 4, -1),
        (code_of("follow"), -1, 5),
        (code_of("like_comment"), 1, -1),
        (code_of("create_comment"), 2, -1),
    }
    written = batch.take(batch.code == code_of("create_comment"))
    assert world.texts[int(written.text[0])] == "so it is"
    assert (written.topic[0], written.stance[0]) == (0, np.float32(-0.5))
    assert 0 < written.appeal[0] <= 1


def test_what_is_asked_for_can_be_carried_out() -> None:
    world, feed = town()
    acts = (
        {"act": "create_post", "topic": "housing", "stance": 0.4, "text": "Homes for all"},
        {"act": "quote_post", "on": "1", "text": "Look at this"},
        {"act": "create_comment", "on": "3.1", "text": "never"},
        {"act": "mute", "on": "2"},
    )
    batch = acted(reply(*acts), world, feed.take(np.array([0, 2])))
    events = carry_out(
        world, DecisionBatch(batch, np.full(len(batch), TIERS.index("local"), np.uint8)).canonical().actions
    )
    assert set(events.outcome.tolist()) == {0}
    assert sorted(world.posts.kind[5:].tolist()) == [POST, POST, QUOTE, QUOTE]


def test_whoever_says_nothing_or_abstains_does_nothing() -> None:
    world, feed = town()
    made = prompter()
    questions = made.questions(world, feed, STREAMS)
    replies = [Reply('{"do":[]}', "answered", "m")] * 3 + [
        Reply("", "abstained", "m", problem="Timed out.")
    ] * 3
    answers = [made.deeds(question, said) for question, said in zip(questions, replies, strict=True)]
    late = made.deeds(questions[0], replace(replies[5], outcome="late", problem=""))
    assert (late.deeds, late.faults) == ((), ("late",))
    assert late.problem
    assert answers[5] == Answer(problem="Timed out.", faults=("abstained",))
    batch = made.actions(world, feed, questions, answers, STREAMS)
    assert batch.actor.tolist() == feed.viewers.tolist()
    assert set(batch.code.tolist()) == {code_of("do_nothing")}


def test_what_a_post_argues_is_known_only_where_its_writer_said_so() -> None:
    world, feed = town()
    world.users.opinions[:, 0] = 0.3
    one = feed.take(np.array([0]))
    said = acted(reply({"act": "create_post", "topic": "housing", "stance": 0.4, "text": "a"}), world, one)
    silent = acted(reply({"act": "create_post", "text": "b"}), world, one)
    assert (said.topic[0], said.stance[0], said.opinion[0]) == (0, np.float32(0.4), np.float32(0.3))
    assert (silent.topic[0], silent.opinion[0]) == (-1, 0)
    assert np.isnan(silent.stance[0])


def test_a_first_post_is_number_0_and_no_two_requests_of_a_user_share_a_number() -> None:
    world, feed = town()
    posts = [{"act": "create_post", "text": f"post {i}"} for i in range(3)]
    batch = acted(reply({"act": "like_post", "on": "1"}, *posts), world, feed)
    for user in feed.viewers.tolist():
        mine = batch.take(batch.actor == user)
        assert len(set(mine.n.tolist())) == len(mine)
        first = mine.text[mine.n == 0]
        assert [world.texts[int(text)] for text in first] == ["post 0"]
    assert int(batch.n.max()) < ids.MAX_PER_STEP - 1000


def test_the_same_deed_has_the_same_number_whatever_else_is_shown_or_done() -> None:
    world, feed = town()
    like = {"act": "like_post", "on": "1"}
    alone = acted(reply(like), world, feed.take(np.array([0])))
    beside = acted(reply({"act": "repost", "on": "3"}, like), world, feed)
    of = beside.take((beside.actor == 0) & (beside.code == code_of("like_post")))
    assert of.n.tolist() == alone.n.tolist()


def test_requests_come_in_canonical_order() -> None:
    world, feed = town()
    batch = acted(reply({"act": "repost", "on": "3"}, {"act": "like_post", "on": "1"}), world, feed)
    name = (batch.actor.astype(np.int64) << 16) | batch.n
    assert bool((np.diff(name) > 0).all())


def test_a_comment_is_the_one_that_this_user_was_shown_under_that_number() -> None:
    world, feed = town()
    world.mutes.set(ids.pair([0], [2]), 1)
    world.mute_count = 1
    batch = acted(reply({"act": "like_comment", "on": "1.1"}), world, feed)
    assert batch.post.tolist() == [3, 1, 1, 1, 1, -1]
    assert world.posts.kind[3] == COMMENT


def test_a_deed_about_something_that_is_not_there_is_left_out() -> None:
    world, feed = town()
    made = prompter()
    questions = made.questions(world, feed, STREAMS)
    for deed in (
        Deed("like_post", 9),
        Deed("like_comment", 1, 7),
        Deed("like_post"),
        Deed("fly"),
        Deed("create_post"),
    ):
        batch = made.actions(world, feed, questions, [Answer((deed,))] * len(feed), STREAMS)
        assert set(batch.code.tolist()) == {code_of("do_nothing")}, deed


def test_answers_of_other_questions_are_refused() -> None:
    world, feed = town()
    made = prompter()
    with pytest.raises(ValueError, match="do not belong together"):
        made.actions(world, feed, made.questions(world, feed, STREAMS), [], STREAMS)


def test_asking_and_answering_change_nothing_but_the_texts() -> None:
    world, feed = town()
    before = {name: array.copy() for name, array in world.posts.to_arrays().items()}
    acted(reply({"act": "repost", "on": "3"}, {"act": "create_post", "text": "new"}), world, feed)
    assert all(np.array_equal(before[name], array, equal_nan=array.dtype.kind == "f")
               for name, array in world.posts.to_arrays().items())  # fmt: skip
    assert world.extra == {}
    assert world.texts[len(world.texts) - 1] == "new"
