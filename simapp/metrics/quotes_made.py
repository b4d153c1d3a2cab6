"""quotes_made."""

from __future__ import annotations

from simapp.metrics._events import Done


class Here(Done):
    """Quotes per step."""

    name, label, unit, action = "quotes_made", "Quotes made", "quotes", "quote_post"
    formula = "quotes made in the step (quote_post)"
