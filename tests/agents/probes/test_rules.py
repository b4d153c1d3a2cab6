"""The rule mind's account of a user: true, complete as far as asked, and the same whenever it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from agents.probes import registry
from agents.probes.rules import Here, asked_for
from simapp.engine.actions.door import carry_out
from simapp.engine.core import ids
from simapp.engine.core.posts import COMMENT, QUOTE, REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World
from tests.contracts.test_actions import request
from tests.recommender.worlds import found, write

STREAMS = Streams(7)
EVERYTHING = "Tell me about yourself."


@pytest.fixture
def world() -> World:
    return found(6, [(0, 1), (0, 2), (3, 2), (4, 2)], texts=["hello", "what a day", "readers"])


def ask(world: World, *users: int, prompt: str = EVERYTHING, seed: int = 7) -> list[str]:
    return Here().ask(world, np.array(users, np.int32), prompt, Streams(seed))


@pytest.mark.parametrize(
    ("opinion", "shown", "words"),
    [(0.0, "+0.00", "homes"), (0.4, "+0.40", "Build more homes"), (-0.9, "−0.90", "Protect what is there")],
)
def test_an_opinion_is_said_with_its_side_and_its_number(
    world: World, opinion: float, shown: str, words: str
) -> None:
    world.users.opinions[1, 0] = opinion
    (said,) = ask(world, 1, prompt="housing?")
    assert said.startswith("Housing: ")
    assert f"({shown} between −1 and 1)" in said
    assert (words in said) == (abs(opinion) >= 0.1), "who takes no side names none"


def test_what_was_written_last_is_quoted_and_what_was_removed_is_not(world: World) -> None:
    assert "Nothing that I wrote is still shown." in ask(world, 1)[0]
    first = write(world, 1, text=0)
    write(world, 2, text=1)
    write(world, 1, step=1, text=1)
    assert "post" in ask(world, 1, prompt="post?")[0]
    assert "at step 1: “what a day”" in ask(world, 1)[0]
    world.posts.removed[-1] = 1
    assert "at step 0: “hello”" in ask(world, 1)[0]
    write(world, 1, step=1, n=2, kind=QUOTE, of=first, text=1)
    assert "quote" in ask(world, 1)[0]
    write(world, 1, step=1, n=3, kind=COMMENT, of=first, text=0)
    assert "comment" in ask(world, 1)[0]


def test_sharing_is_told_apart_from_writing(world: World) -> None:
    post = write(world, 2, text=0)
    write(world, 1, step=1, kind=REPOST, of=post)
    (said,) = ask(world, 1)
    assert "Nothing that I wrote is still shown." in said
    assert "I last shared somebody's post at step 1." in said


def test_follows_name_whom_most_follow(world: World) -> None:
    alone, reader = ask(world, 5, 0, prompt="Whom do you follow?")
    assert alone.startswith("I follow nobody;")
    assert "I follow 2 users, of whom user 2 has the most followers" in reader
    named = Here(lambda users: {user: f"@handle{user}" for user in users})
    assert "@handle2" in named.ask(world, np.array([0], np.int32), "follow?", STREAMS)[0]


def test_mutes_and_groups_are_counted(world: World) -> None:
    world.mutes.set(ids.pair([0, 0], [3, 4]), 1)
    carry_out(world, request("create_group", 0, text=2))
    mine, other = ask(world, 0, 1)
    assert "I have muted 2 users." in mine
    assert "I am in 1 group: “readers”." in mine
    assert "I have muted nobody." in other
    assert "I am in no group." in other


def test_answers_depend_on_the_user_the_question_and_the_seed_alone(world: World) -> None:
    world.users.opinions[:, 0] = 0.3
    together = ask(world, 3, 0, 1, 3)
    assert together == [ask(world, user)[0] for user in (3, 0, 1, 3)]
    prompts = [f"housing{'?' * n}" for n in range(20)]
    assert len({ask(world, 1, prompt=prompt)[0] for prompt in prompts}) > 1, "words vary with the question"
    assert len({ask(world, 1, prompt="housing?", seed=seed)[0] for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("prompt", "parts", "topics"),
    [
        (EVERYTHING, {"follows", "posts", "mutes", "groups", "opinions"}, [0, 1]),
        ("What do you think?", {"opinions"}, [0, 1]),
        ("And public HEALTH?", {"opinions"}, [1]),
        ("What did you write on housing?", {"posts"}, [0]),
        ("Do you follow or mute people?", {"follows", "mutes"}, [0, 1]),
        ("Ünïcödé 🏠", {"follows", "posts", "mutes", "groups", "opinions"}, [0, 1]),
    ],
)
def test_a_question_chooses_what_is_told(prompt: str, parts: set[str], topics: list[int]) -> None:
    assert asked_for(prompt, ["housing", "health"]) == (parts, topics)


def test_every_interviewer_says_which_tier_it_speaks_for() -> None:
    from simapp.engine.core.batches import TIERS

    assert "rules" in registry.names()
    assert {registry.load(name).tier for name in registry.names()} <= set(TIERS)
    with pytest.raises(KeyError, match="rules"):
        registry.load("nobody")
