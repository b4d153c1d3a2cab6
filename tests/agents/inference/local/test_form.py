"""A reply is filled in line by line, and each line is one of those that may stand there."""

from __future__ import annotations

import json

from agents.inference.local.form import Line, Seat, fields_of, possible, rules, tail, targets_of


def test_only_what_has_something_to_be_about_is_offered(ask) -> None:
    offered = ("like_comment", "do_nothing", "like_post", "follow", "create_post")
    nothing = ask(1, options=offered, posts=0, comments=())
    assert possible(nothing) == ["do_nothing", "create_post"]
    assert possible(ask(1, options=offered, posts=1, comments=(0,))) == [
        "do_nothing", "like_post", "follow", "create_post",
    ]  # fmt: skip
    # The order is the one drawn for the question; groups and products have no place in the form.
    assert possible(ask(1, options=offered, posts=1, comments=(1,))) == [
        n for n in offered if n != "join_group"
    ]


def test_people_are_named_by_a_post_or_comment_of_theirs(ask) -> None:
    question = ask(1, posts=2, comments=(0, 2))
    assert targets_of("like_post", question) == ["1", "2"]
    assert targets_of("like_comment", question) == ["2.1", "2.2"]
    assert targets_of("mute", question) == ["1", "2", "2.1", "2.2"]


def test_the_prompt_lists_the_actions_by_letter_in_their_drawn_order(ask) -> None:
    assert tail(["repost", "do_nothing"]).endswith("A repost\nB do_nothing")
    assert "climate, work" in rules(("climate", "work"))
    assert "topic" not in rules(())


def test_a_line_goes_on_alone_until_there_is_a_choice() -> None:
    line = Line([[1, 0], [1, 2, 0], [1, 3, 0]])
    assert line.settle() == [1]
    assert line.allowed() == [0, 2, 3]
    assert line.chosen == -1
    line.take(3)
    assert line.chosen == 2
    assert line.settle() == [0]


def test_a_name_that_begins_like_another_can_be_chosen() -> None:
    line = Line([[5, 0], [5, 6, 0]])
    line.settle()
    line.take(0)
    assert line.chosen == 0


def test_a_single_target_needs_no_pass_of_the_model(ask) -> None:
    seat = Seat(0, ask(0, posts=1, comments=(0,)), ["like_post"], 10)
    seat.choose(0, 99, [7])
    seat.go_on(lambda words: [ord(c) for c in words] + [7])
    assert (seat.on, seat.line, seat.todo) == ("1", None, [])
    assert seat.pending == [99, 7, ord("1"), 7]
    assert json.loads(seat.reply()) == {"do": [{"act": "like_post", "on": "1"}]}


def test_a_post_has_topic_stance_and_text(ask) -> None:
    question = ask(0, topics=("work",))
    assert fields_of("create_post", question) == ("topic", "stance", "text")
    assert fields_of("create_post", ask(0, topics=())) == ("text",)
    assert fields_of("create_comment", question) == ("on", "stance", "text")
    assert fields_of("report_post", question) == ("on", "text")
    seat = Seat(0, question, ["create_post"], 10)
    seat.choose(0, 99, [7])
    seat.go_on(lambda words: [ord(c) for c in words] + [7])
    assert seat.line is not None
    seat.line.take(ord("6"))
    seat.go_on(lambda words: [ord(c) for c in words] + [7])
    assert seat.writes
    seat.text = 'They said "no"'
    assert json.loads(seat.reply()) == {
        "do": [{"act": "create_post", "topic": "work", "stance": 0.667, "text": 'They said "no"'}]
    }
    assert Seat(0, question, ["do_nothing"], 1, action="do_nothing").reply() == '{"do":[]}'
