"""What a model user is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.answers import Answer
from agents.prompting.perception import Perception
from agents.prompting.templates import Templates
from simapp.engine.core import ids
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ListedProfiles, ProfileRow
from simapp.engine.core.streams import Streams
from tests.agents.prompting.worlds import OFFERED, STREAMS, prompter, rules, town
from tests.recommender.worlds import found, write


def test_the_feed_stands_in_rank_order_with_its_authors_ages_counters_and_comments() -> None:
    world, feed = town()
    question = prompter().questions(world, feed, STREAMS)[0]
    lines = question.own.split("\n")
    assert lines[lines.index("Feed:") + 1 : -1] == [
        "1* u1 4h 3/0/2/2: Build more homes.",
        "1.1 Not here!",
        "1.2 Yes, here.",
        "2 u3 sharing u1 3h 3/0/2/2: Build more homes.",
        "2.1 Not here!",
        "2.2 Yes, here.",
        "3 u4 1h 1/0/0/0: I agree with this [on u1: Build more homes.]",
    ]
    assert (question.posts, question.comments) == (3, (2, 2, 0))
    assert "likes/dislikes/shares/comments" in question.shared


def test_a_user_is_told_who_they_are_and_what_they_think() -> None:
    world, feed = town()
    world.users.opinions[1] = -0.62
    own = prompter().questions(world, feed, STREAMS)[1].own
    assert own.startswith("You: u1 (2 followers). a baker.\nStances: housing -0.6\nFeed:\n")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ProfileRow("al", "Al", persona="Also known as Al."), "Also known as Al."),
        (ProfileRow("al", "Al", bio="Sings."), "30. Sings."),
        (
            ProfileRow("al", "Al", persona="Al, a singer.", mbti="INTJ", country="Norway"),
            "a singer. INTJ, Norway",
        ),
    ],
)
def test_a_profile_says_what_there_is(row: ProfileRow, words: str) -> None:
    world, feed = town()
    world.desk.profiles = ListedProfiles([row] * 6)
    own = prompter().questions(world, feed, STREAMS)[0].own
    assert own.split("\n")[0] == f"You: al (0 followers). {words}"


def test_who_has_no_profile_is_called_by_number() -> None:
    world, feed = town()
    world.desk.profiles = None
    own = prompter().questions(world, feed, STREAMS)[0].own
    assert own.startswith("You: u0 (0 followers).")
    assert "1* u1 4h" in own


def test_an_empty_feed_is_asked_about_too() -> None:
    world, feed = town()
    question = prompter().questions(world, feed, STREAMS)[-1]
    assert (question.posts, question.comments) == (0, ())
    assert "Feed:\nnothing new\n" in question.own
    assert prompter().questions(world, FeedBatch.empty(), STREAMS) == []


def test_a_world_without_posts_is_survived() -> None:
    world = found(3)
    feed = FeedBatch.empty(2, k=4)
    feed.viewers[:] = [0, 2]
    asked = prompter().questions(world, feed, STREAMS)
    assert [question.posts for question in asked] == [0, 0]
    assert len(prompter().actions(world, feed, asked, [Answer(), Answer()], STREAMS)) == 2


def test_what_everybody_shares_is_the_same_for_everybody_and_holds_nothing_of_a_user_or_a_feed() -> None:
    world, feed = town()
    shared = {question.shared for question in prompter().questions(world, feed, STREAMS)}
    assert len(shared) == 1
    text = shared.pop()
    assert all(words not in text for words in ("u1", "baker", "homes", "0.5"))
    assert text.endswith("It is Monday, 5 January 2026, 05:00.\n")
    world.step += 1
    later = prompter().questions(world, feed, STREAMS)[0].shared
    assert later.rpartition("It is")[0] == text.rpartition("It is")[0]


def test_the_options_are_those_that_the_platform_offers_in_an_order_drawn_for_each_call() -> None:
    world, feed = town()
    asked = prompter().questions(world, feed, STREAMS)
    for question in asked:
        assert sorted(question.options) == sorted((*OFFERED, "do_nothing"))
        assert question.own.endswith("Options: " + " ".join(question.options))
        assert all(f"\n{name}: " in question.shared for name in question.options)
    assert len({question.options for question in asked}) > 1
    assert len({question.seed for question in asked}) == len(asked)
    assert all(0 <= question.seed < 2**63 for question in asked)


def test_a_question_depends_on_the_user_the_world_and_the_seed_alone() -> None:
    world, feed = town()
    everybody = prompter().questions(world, feed, STREAMS)
    some = prompter().questions(world, feed.take(np.array([1, 4])), STREAMS)
    assert some == [everybody[1], everybody[4]]
    warm = prompter()
    assert warm.questions(world, feed, STREAMS) == warm.questions(world, feed, STREAMS) == everybody
    assert prompter().questions(world, feed, Streams(12)) != everybody


def test_a_share_of_options_stands_first_about_equally_often() -> None:
    world, _ = town()
    feed = FeedBatch.empty(1, 1)
    first = [prompter().questions(world, feed, Streams(seed))[0].options[0] for seed in range(440)]
    counts = [first.count(name) for name in (*OFFERED, "do_nothing")]
    assert min(counts) > 20
    assert max(counts) < 70


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (Perception(authors="none"), "1 4h 3/0/2/2: Build more homes."),
        (Perception(ages=False, follows=False), "1 u1 3/0/2/2: Build more homes."),
        (Perception(counters=False), "1* u1 4h Build more homes."),
        (Perception(post_characters=20), "1* u1 4h 3/0/2/2: Build more homes."),
        (Perception(authors="all"), "1.1 u2: Not here!"),
    ],
)
def test_a_scenario_says_what_can_be_perceived(seen: Perception, line: str) -> None:
    world, feed = town()
    assert line in prompter(perception=seen).questions(world, feed, STREAMS)[0].own.split("\n")


def test_as_many_comments_are_shown_as_are_perceived_the_newest() -> None:
    world, feed = town()
    one = prompter(perception=Perception(comments=1)).questions(world, feed, STREAMS)[0]
    assert one.comments == (1, 1, 0)
    assert "1.1 Yes, here." in one.own
    none = prompter(perception=Perception(comments=0)).questions(world, feed, STREAMS)[0]
    assert none.comments == (0, 0, 0)


def test_removed_comments_and_those_of_muted_users_are_not_shown() -> None:
    world, feed = town()
    world.mutes.set(ids.pair([0], [2]), 1)
    world.mute_count = 1
    asked = prompter().questions(world, feed, STREAMS)
    assert (asked[0].comments, asked[1].comments) == ((1, 1, 0), (2, 2, 0))
    assert "Not here!" not in asked[0].own
    assert "1.1 Yes, here." in asked[0].own
    world.posts.removed[3] = 1
    assert prompter().questions(world, feed, STREAMS)[1].comments == (1, 1, 0)


def test_labels_notes_and_warnings_of_the_platform_are_seen() -> None:
    world, feed = town()
    world.posts.label[0], world.posts.note[0] = (
        world.texts.add("disputed"),
        world.texts.add("See the figures."),
    )
    world.posts.reports[0] = 2
    own = prompter().questions(world, feed, STREAMS)[0].own
    assert "[reported by 2 users] [label: disputed] Build more homes. [note: See the figures.]" in own


def test_on_a_platform_with_scores_the_score_is_shown() -> None:
    world, feed = town()
    world.rules = rules(*OFFERED, show_score=True)
    world.posts.dislikes[0] = 5
    question = prompter().questions(world, feed, STREAMS)[0]
    assert "1* u1 4h -2/2/2: Build" in question.own
    assert "score/shares/comments" in question.shared


def test_no_prompt_is_longer_than_it_may_be_however_long_the_feed() -> None:
    world, feed = town()
    for n in range(30):
        write(world, 4, step=4, n=n + 1, text=world.texts.add("long words " * 60 + str(n)))
    posts = np.concatenate([feed.posts[:1], np.arange(5, 35)[None, :]], axis=1)
    many = FeedBatch(feed.viewers[:1], posts, posts * np.float32(0), (posts * 0).astype(np.uint8))
    for tokens in (100, 750, 100_000):
        made = prompter(perception=Perception(own_tokens=tokens, post_characters=280))
        question = made.questions(world, many, STREAMS)[0]
        assert question.tokens_unshared <= tokens
        assert len(question.comments) == question.posts == sum(line[:1].isdigit() and "." not in line.split()[0]
                                                               for line in question.own.split("\n"))  # fmt: skip
    assert question.posts == 33


def test_templates_can_be_overridden_and_their_digest_tells_them_apart() -> None:
    world, feed = town()
    plain = Templates.load("plain-1")
    french = plain.overridden({"own": "Vous êtes {handle}.\n{feed}\nChoix : {options}"})
    question = prompter(templates=french).questions(world, feed, STREAMS)[0]
    assert question.own.startswith("Vous êtes u0.\n1* u1")
    assert question.template == french.digest != plain.digest
    assert len(plain.digest) == 16
    assert plain.overridden({}).digest == Templates.load("plain-1").digest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shared": "{actions} {handle}"}, "minds.templates.shared: {handle} is not a slot"),
        ({"own": "{feed}"}, "needs the slot {options}"),
        ({"post": "{number}\n{text}"}, "must be one line"),
        ({"post": "{number} {text!r}"}, "is not a slot"),
        ({"post": "{number} {text.upper}"}, "is not a slot"),
        ({"own": "{feed} {options"}, "brace"),
        ({"colour": "blue"}, "colour is not a part"),
        ({"own": "{feed}{options}" + "x" * 9000}, "9015 characters"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_one_sentence(
    changes: dict[str, str], words: str
) -> None:
    with pytest.raises(WrongInput, match=r"\.$") as refused:
        Templates.load("plain-1").overridden(changes)
    assert words in str(refused.value)


def test_an_unknown_set_of_templates_is_refused() -> None:
    with pytest.raises(WrongInput, match="plain-1"):
        Templates.load("../../etc")


def test_a_perception_out_of_range_is_refused() -> None:
    for wrong in ({"comments": 21}, {"own_tokens": 5}, {"authors": "some"}):
        with pytest.raises(WrongInput, match=f"minds.perception.{next(iter(wrong))}"):
            replace(Perception(), **wrong)
