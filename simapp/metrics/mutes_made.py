"""mutes_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Mutes per step."""

    name, label, unit, action = "mutes_made", "Mutes", "mutes", "mute"
    formula = "users muted in the step (mute)"
