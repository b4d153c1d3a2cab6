"""The endpoint mind: a language model behind any OpenAI-compatible server decides for each user."""

from __future__ import annotations

from typing import ClassVar

from agents.minds._model import ModelMind


class EndpointMind(ModelMind):
    """A language model behind an OpenAI-compatible endpoint decides for each user, one question at a time."""

    name: ClassVar[str] = "endpoint"


Here = EndpointMind
