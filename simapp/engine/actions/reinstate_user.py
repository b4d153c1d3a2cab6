"""reinstate_user."""

from __future__ import annotations

from simapp.engine.actions._moderation import Account


class Here(Account):
    """As a moderator: let a suspended account act and be seen again."""

    name, code, label = "reinstate_user", 28, "Reinstate a user"
    to = 0
