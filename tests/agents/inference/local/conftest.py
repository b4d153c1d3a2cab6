"""A small model of random weights for all tests of the local tier, and questions to ask it.

Every worker of a test session reads all tests and runs a part of them: here torch is loaded inside tests only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.asking import Question
from agents.inference.local.loading import Loaded, load
from agents.inference.local.model import LocalModel
from agents.inference.local.tiny import save_tiny

WORDS = [
    "The council voted on housing again, and nobody is happy with 12 of the 30 sites.",
    "Why do people keep saying that buses are empty? Mine was full at 7:45 this morning!",
    "You are a user of a social network. Choose what you do: like_post, create_comment, do_nothing.",
    "climate schools transport work 1 2 3 4 5 6 7 8 9 10 11 12 A B C D E F G",
]
OPTIONS = (
    "do_nothing", "like_post", "create_comment", "create_post", "follow", "like_comment", "quote_post", "search_posts",
)  # fmt: skip


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of about half a million parameters, as `save_pretrained` writes it."""
    return save_tiny(
        tmp_path_factory.mktemp("models") / "tiny", texts=WORDS, vocab_size=400, num_hidden_layers=2
    )


@pytest.fixture(scope="session")
def loaded(folder: Path) -> Loaded:
    """That model in float32."""
    return load(folder, dtype="float32")


@pytest.fixture
def model(folder: Path, loaded: Loaded) -> LocalModel:
    """A local model that has answered nothing yet."""
    return LocalModel(folder, loaded=loaded)


@pytest.fixture(scope="session")
def ask() -> Callable[..., Question]:
    """Make a question: `ask(number, own=..., options=..., ...)`."""

    def made(number: int, **changes: object) -> Question:
        posts = 1 + number % 11
        start = number % len(OPTIONS)
        given: dict = {
            "user": number,
            "shared": "You are a user of a social network.",
            "own": f"You are user {number}.\n"
            + "\n".join(f"{i + 1} housing is dear {'!' * (number % 5)}" for i in range(posts)),
            "options": OPTIONS[start:] + OPTIONS[:start],
            "posts": posts,
            "comments": tuple((number + i) % 3 for i in range(posts)),
            "topics": ("climate", "climate policy", "work"),
            "seed": 1000 + number,
            "template": "0" * 16,
        }
        return Question(**{**given, **changes})

    return made
