"""suspend_user."""

from __future__ import annotations

from simapp.engine.actions._moderation import Account


class Here(Account):
    """As a moderator: suspend an account. It can do nothing, and nobody is shown what it posted."""

    name, code, label = "suspend_user", 27, "Suspend a user"
    to = 1
