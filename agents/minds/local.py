"""The local mind: a language model that a decision worker has loaded decides for each user."""

from __future__ import annotations

from typing import ClassVar

from agents.minds._model import ModelMind


class LocalMind(ModelMind):
    """A language model loaded by a decision worker decides for each user, many in one batch."""

    name: ClassVar[str] = "local"


Here = LocalMind
