"""What a socket asks the database: may this member watch, and how does the run stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model

from simapp.models import Run
from simapp.runs import share_links
from simapp.runs.access import get_run
from simapp.runs.messages import to_json
from simapp.runs.points import snapshot_of, state_of


@dataclass(frozen=True)
class Snapshot:
    """A snapshot or state message as JSON, and the step it shows (-1 before the founding)."""

    body: str
    step: int


@database_sync_to_async
def may_watch(scope: dict[str, Any], run_id: int) -> bool | None:
    """True, False (the run is not theirs or not there), or None (nobody is signed in).

    The member and the session are read again: both may have ended since the socket was opened. So may the share link
    through which somebody watches.
    """
    who, session = scope.get("user"), scope.get("session")
    if session is not None and share_links.opens(session, run_id):
        return True
    if who is None or not who.is_authenticated:
        return None
    member = get_user_model().objects.filter(pk=who.pk, is_active=True).first()
    if member is None:
        return None
    if session is not None and session.session_key and not session.exists(session.session_key):
        return None
    try:
        get_run(member, run_id)
    except Run.DoesNotExist:
        return False
    return True


@database_sync_to_async
def read_snapshot(run_id: int) -> Snapshot | None:
    """The newest committed step and the state of the run; None when the run is gone."""
    message = snapshot_of(run_id)
    return None if message is None else Snapshot(to_json(message), message.state.step)


@database_sync_to_async
def read_state(run_id: int) -> Snapshot | None:
    """The state of the run as a state message, and its newest committed step; None when the run is gone."""
    run = Run.objects.filter(pk=run_id).first()
    return None if run is None else Snapshot(to_json(state_of(run)), run.step)
