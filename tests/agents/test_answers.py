"""What is made of a model's reply, however it was written."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.acts import (
    KNOWN,
    LONGEST_TEXT,
    MOST_DEEDS,
    ON_AUTHOR,
    ON_COMMENT,
    ON_GROUP,
    ON_POST,
    ON_PRODUCT,
    WITH_TEXT,
)
from agents.answers import Answer, Deed, answer_schema, count_faults, read_answer
from simapp.engine.actions.registry import all_actions
from tests.agents.asked import OPTIONS, asked

LIKE = Deed("like_post", 2)


def read(reply: Any, **more: Any) -> Answer:
    return read_answer(reply if isinstance(reply, str) else json.dumps(reply), asked(**more))


def test_the_form_is_read_as_it_is_meant() -> None:
    acts = [
        {"act": "like_post", "on": "2"},
        {"act": "create_comment", "on": "3", "text": "  so it is\n", "stance": -0.5},
        {"act": "create_post", "topic": "Work and Pay", "stance": 0.4, "text": "Higher wages now."},
        {"act": "follow", "on": "2.1"},
    ]
    assert read({"do": acts}) == Answer((
        LIKE,
        Deed("create_comment", 3, 0, "so it is", -1, -0.5),
        Deed("create_post", 0, 0, "Higher wages now.", 1, 0.4),
        Deed("follow", 2, 1),
    ))  # fmt: skip


@pytest.mark.parametrize(
    "reply", ['{"do":[]}', '{"do":[{"act":"do_nothing"}]}', '{"act": "do_nothing"}', "[]"]
)
def test_doing_nothing_is_an_answer(reply: str) -> None:
    assert read(reply) == Answer()


@pytest.mark.parametrize(
    "reply",
    [
        '```json\n{"do":[{"act":"like_post","on":"2"}]}\n```',
        'I would like post 2.\n{"do":[{"act":"like_post","on":"2"}]}\nThat is all.',
        '<think>maybe {"do":[{"act":"repost","on":"1"}]}? no</think>{"do":[{"act":"like_post","on":"2"}]}',
        'hm, {"do":[{"act":"repost","on":"1"}]}? no.</think>\n{"do":[{"act":"like_post","on":"2"}]}',
        '{"do":{"act":"like_post","on":2}}',
        '{"act":"like_post","on":2.0}',
        '[{"action":"Like Post","post_id":"2"}]',
        '{"do":[{"name":"like_post","arguments":{"post_id":2}}]}',
        '{"do":[{"act":"like_post","on":"#2"},]}',
        "{'do':[{'act':'like_post','on':'post 2'}]}",
        '{"do":[{"act":"like_post","on":"2"},{"act":"create_comment","on":"3","te',
        '{"do":[{"act":"like_post","on":"2"},{"act":"like_post","on":"2"}]}',
    ],
)
def test_a_reply_in_a_wrapping_of_its_own_is_understood(reply: str) -> None:
    assert read(reply).deeds == (LIKE,)


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        ({"act": "delete_user", "on": "1"}, "not_offered"),
        ({"act": "like_post", "on": "4"}, "no_target"),
        ({"act": "like_post", "on": "0"}, "no_target"),
        ({"act": "like_post"}, "no_target"),
        ({"act": "like_post", "on": True}, "no_target"),
        ({"act": "like_post", "on": "2.1"}, "no_target"),
        ({"act": "like_comment", "on": "2"}, "no_target"),
        ({"act": "like_comment", "on": "2.3"}, "no_target"),
        ({"act": "follow"}, "no_target"),
        ({"act": "create_post", "text": "\x00 \ud800"}, "no_text"),
        ({"act": "create_post", "text": 5}, "no_text"),
        ({"act": 3}, "wrong_type"),
        (17, "wrong_type"),
    ],
)
def test_what_cannot_be_done_is_left_out_and_named(act: Any, fault: str) -> None:
    alone, beside = read({"do": [act]}), read({"do": [act, {"act": "like_post", "on": 2}]})
    assert alone.deeds == ()
    assert alone.problem.startswith("The ")
    assert fault in alone.faults
    assert (beside.deeds, beside.problem, beside.faults) == ((LIKE,), "", (fault,))


def test_a_comment_on_a_comment_stands_under_its_post() -> None:
    assert read({"act": "create_comment", "on": "2.1", "text": "no"}).deeds == (
        Deed("create_comment", 2, 0, "no"),
    )


def test_an_act_of_another_package_is_taken_as_the_reply_has_it() -> None:
    more = {"options": ("wave", "do_nothing")}
    said = {"act": "wave", "on": "2.1", "text": "hello", "stance": 0.5}
    assert read({"do": [said]}, **more).deeds == (Deed("wave", 2, 1, "hello", -1, 0.5),)
    assert read({"do": [{"act": "wave"}]}, **more).deeds == (Deed("wave"),)
    assert schema_says({"do": [{"act": "wave", "on": "2.1", "text": ""}]}, **more)
    assert schema_says({"do": [{"act": "wave", "text": ""}]}, posts=0, comments=(), **more)


PLACES = {
    "options": ("join_group", "send_to_group", "leave_group", "purchase_product", "do_nothing"),
    "groups": 3, "joined": 1, "products": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "deed"),
    [
        ({"act": "join_group", "on": "g2"}, Deed("join_group", group=2)),
        ({"act": "join_group", "group_id": 3}, Deed("join_group", group=3)),
        ({"act": "leave_group"}, Deed("leave_group", group=1)),
        (
            {"act": "send_to_group", "on": "G1", "text": " hello "},
            Deed("send_to_group", text="hello", group=1),
        ),
        ({"act": "purchase_product", "on": "product 2"}, Deed("purchase_product", product=2)),
    ],
)
def test_an_act_can_be_on_a_group_or_product_that_is_listed(act: Any, deed: Deed) -> None:
    assert read({"do": [act]}, **PLACES).deeds == (deed,)


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        ({"act": "join_group", "on": "g1"}, "no_target"),  # the user is in it
        ({"act": "join_group", "on": "g4"}, "no_target"),
        ({"act": "join_group", "on": "p2"}, "no_target"),
        ({"act": "join_group"}, "no_target"),
        ({"act": "join_group", "on": ["g2"]}, "no_target"),
        ({"act": "leave_group", "on": "g2"}, "no_target"),
        ({"act": "send_to_group", "on": "g1"}, "no_text"),
        ({"act": "purchase_product", "on": "p3"}, "no_target"),
        ({"act": "purchase_product", "on": "9" * 5000}, "no_target"),
    ],
)
def test_a_group_or_product_that_is_not_listed_cannot_be_named(act: Any, fault: str) -> None:
    assert read({"do": [act]}, **PLACES).faults == (fault,)


def test_the_schema_names_the_groups_and_products_that_fit() -> None:
    acts = {
        "join_group": ("g2", "g3"), "leave_group": ("g1",), "purchase_product": ("p1", "p2"),
    }  # fmt: skip
    for name, fitting in acts.items():
        said = {on for on in ("g1", "g2", "g3", "g4", "p1", "p2", "p3", "1")
                if schema_says({"do": [{"act": name, "on": on}]}, **PLACES)}  # fmt: skip
        assert said == set(fitting), name
    assert schema_says({"do": [{"act": "send_to_group", "on": "g1", "text": "x"}]}, **PLACES)
    assert not schema_says({"do": [{"act": "leave_group", "on": "g1"}]}, **{**PLACES, "joined": 0})


def test_where_one_post_is_shown_an_act_is_on_that_one() -> None:
    assert read({"act": "like_post"}, posts=1, comments=(0,)).deeds == (Deed("like_post", 1),)
    assert read({"act": "like_post", "on": "7"}, posts=1, comments=(0,)).deeds == ()


def test_nobody_does_more_than_four_things_at_once() -> None:
    acts = [{"act": "create_post", "text": f"post {i}"} for i in range(9)]
    answer = read({"do": acts})
    assert [deed.text for deed in answer.deeds] == [f"post {i}" for i in range(MOST_DEEDS)]
    assert count_faults([answer])["too_many"] == 5


@pytest.mark.parametrize(
    ("said", "stance"), [(3, 1.0), ("-0.2", -0.2), (float("nan"), None), ([], None), (10**400, None)]
)
def test_a_stance_is_a_number_between_the_ends_or_unknown(said: Any, stance: float | None) -> None:
    assert read({"act": "create_post", "text": "x", "stance": said}).deeds[0].stance == stance


@pytest.mark.parametrize(
    "reply",
    [
        "", "   ", "no", "{", "null", "3", '"text"', "{}", '{"do":3}', '{"do":[3,[],{}]}', "[" * 100_000,
        '{"do":' * 30_000, "\ud800" * 10, "1" * 10_000, "😀" * 25_000, '{"do":[{"act":NaN}]}',
        "<think>" * 2_000, '{"do":[[[[[[]]]]]]}',
    ],
)  # fmt: skip
def test_a_hostile_reply_is_a_problem_and_never_a_deed(reply: str) -> None:
    answer = read(reply)
    assert answer.deeds == ()
    assert answer.problem.endswith(".")
    assert answer.faults


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(OPTIONS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["do", "act", "on", "text", "stance", "topic", "arguments"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(json_values.map(json.dumps) | st.text(max_size=60))
@example('{"do":[{"act":"like_post","on":"1e999"}]}')
def test_whatever_is_said_only_what_is_offered_and_shown_is_done(reply: str) -> None:
    answer = read(reply)
    assert bool(answer.problem) <= (not answer.deeds)
    for deed in answer.deeds:
        assert deed.action in OPTIONS
        assert 0 <= deed.post <= 3
        assert 0 <= deed.comment <= (0, 0, 2, 0)[deed.post]
        assert len(deed.text) <= LONGEST_TEXT
        assert deed.text.isprintable()


def test_a_long_reply_costs_no_more_than_its_beginning() -> None:
    reply = '{"do":[{"act":"like_post","on":"2"}' + ',{"act":"x"}' * 20_000
    assert read(reply).deeds == (LIKE,)


def test_what_actions_name_here_is_what_the_engine_says_they_name() -> None:
    for action in all_actions().values():
        assert (action.name in ON_POST) == ("post" in action.takes), action.name
        assert (action.name in ON_COMMENT) == ("comment" in action.takes), action.name
        assert (action.name in ON_AUTHOR) == ("user" in action.takes), action.name
        assert (action.name in ON_GROUP) == ("group" in action.takes), action.name
        assert (action.name in ON_PRODUCT) == ("product" in action.takes), action.name
        assert (action.name in WITH_TEXT) == ("text" in action.takes), action.name
        assert action.name in KNOWN, action.name


def schema_says(reply: Any, **more: Any) -> bool:
    return jsonschema.Draft202012Validator(answer_schema(asked(**more))).is_valid(reply)


def test_the_schema_allows_the_form_and_nothing_beyond_it() -> None:
    good = {"act": "create_post", "topic": "housing", "stance": 1, "text": "x"}
    assert schema_says({"do": []})
    assert schema_says({"do": [{"act": "like_comment", "on": "2.2"}, good]})
    for act in (
        {"act": "like_comment", "on": "1.1"},
        {"act": "unfollow", "on": "1"},
        {**good, "topic": "cats"},
    ):
        assert not schema_says({"do": [act]})
    assert not schema_says({"do": [{"act": "like_post", "on": "1"}]}, posts=0, comments=())
    assert not schema_says({"do": [good] * 5})


@given(st.data())
def test_what_the_schema_allows_is_read_without_a_fault(data: st.DataObject) -> None:
    schema = answer_schema(asked())
    acts = []
    for form in data.draw(
        st.lists(st.sampled_from(schema["properties"]["do"]["items"]["anyOf"]), max_size=MOST_DEEDS)
    ):
        act = {}
        for name, member in form["properties"].items():
            if "enum" in member:
                act[name] = data.draw(st.sampled_from(member["enum"]))
            else:
                act[name] = data.draw(st.floats(-1, 1)) if member["type"] == "number" else "some words"
        acts.append(act)
    assert schema_says({"do": acts})
    answer = read({"do": acts})
    assert (answer.problem, answer.faults) == ("", ())


@pytest.mark.parametrize(
    ("acts", "says"),
    [
        (["none"], "The reply chose none of the offered actions."),
        (["none", "nobody"], "The reply chose none of the offered actions."),
        ([{"act": "like_post", "on": "9"}], "The only act of the reply is about nothing that was shown."),
        (
            ["none", {"act": "create_post"}],
            "None of the 2 acts of the reply can be done: each has no text or is not among the offered actions.",
        ),
    ],
)
def test_a_reply_of_which_nothing_can_be_done_is_told_in_a_plain_sentence(acts: Any, says: str) -> None:
    assert read({"do": acts}).problem == says
