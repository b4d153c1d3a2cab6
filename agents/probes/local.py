"""Users who think with a local model, asked."""

from __future__ import annotations

from typing import ClassVar

from agents.probes._model import ModelInterviewer


class Here(ModelInterviewer):
    """The user's local model answers as that user, from persona, stances and memory."""

    tier: ClassVar[str] = "local"
