"""Writes down who did what. Rows are only ever added; admins read them in the admin."""

from __future__ import annotations

from typing import Any

from simapp.models import Audit, Run
from simapp.runs import limits

REFUSALS = (60, 600)  # refusals noted of one person or address, in so many seconds: no door is a way to fill a table


def note(member: Any, action: str, run: Run | None = None, **detail: Any) -> None:
    """Note an action of a member (None or signed out: of nobody known). Detail: plain values."""
    known = member if member is not None and getattr(member, "pk", None) else None
    Audit.objects.create(member=known, action=action, run=run, detail=detail)


def note_refusal(member: Any, what: str, address: str, **detail: Any) -> None:
    """Note that something was refused, as far as the one who tries leaves room for others."""
    who = f"member {member.pk}" if getattr(member, "pk", None) else f"address {address}"
    if limits.take("refusals", who, *REFUSALS):
        note(member, "refused", what=what, address=address, **detail)
