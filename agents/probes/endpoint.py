"""Users who think with a model behind an endpoint, asked."""

from __future__ import annotations

from typing import ClassVar

from agents.probes._model import ModelInterviewer


class Here(ModelInterviewer):
    """The model behind the user's endpoint answers as that user, from persona, stances and memory."""

    tier: ClassVar[str] = "endpoint"
