"""Links that show one run to whoever has them, for reading only, until they expire or are revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from simapp.engine.core.errors import Refused, WrongInput
from simapp.models import Run, ShareLink
from simapp.runs import audit, links, projects

if TYPE_CHECKING:
    from django.db.models import QuerySet

DAYS = (1, 7, 30, 90)
MOST_OF_A_RUN = 20  # open at a time
LONGEST_NAME = 120
SESSION = "shared_runs"  # in a session: number of a run, as text → number of the link that opened it
MOST_REMEMBERED = 50


def make(*, member: Any, run: Run, days: int, name: str = "") -> tuple[ShareLink, str]:
    """Make a link to a run; return it with its token, which is kept nowhere."""
    if days not in DAYS:
        msg = f"days is {days}; it must be one of {', '.join(map(str, DAYS))}."
        raise WrongInput(msg)
    shown = projects.clean_name("name", name, LONGEST_NAME) if name.strip() else ""
    token, digest = links.new_token()
    with transaction.atomic():
        Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if open_of(run).count() >= MOST_OF_A_RUN:
            msg = f"The run has {MOST_OF_A_RUN} open links, which is the most; revoke one first."
            raise Refused(msg)
        made = ShareLink.objects.create(
            run=run, name=shown, token_sha256=digest, by=member, expires=timezone.now() + timedelta(days=days)
        )
        audit.note(member, "share link made", run, link=made.pk, days=days)
    return made, token


def revoke(*, member: Any, link: ShareLink) -> None:
    """Make a link worthless, also in browsers that came through it."""
    with transaction.atomic():
        if not ShareLink.objects.filter(pk=link.pk, revoked=None).update(revoked=timezone.now()):
            raise Refused("The link was revoked already.")
        audit.note(member, "share link revoked", link.run, link=link.pk)


def follow(token: str) -> ShareLink | None:
    """Return the link of a token if it still opens its run, and count that it was followed."""
    found = ShareLink.objects.select_related("run").filter(ShareLink.valid(), token_sha256=links.stored(token)).first()
    if found is not None:
        ShareLink.objects.filter(pk=found.pk).update(opened=F("opened") + 1, last_opened=timezone.now())
        audit.note(None, "share link opened", found.run, link=found.pk)
    return found


def remember(session: Any, link: ShareLink) -> None:
    """Note in a browser's session that it came through a link."""
    session[SESSION] = {**dict(list(session.get(SESSION, {}).items())[-MOST_REMEMBERED:]), str(link.run_id): link.pk}


def opens(session: Any, run_id: int) -> bool:
    """Whether a browser came through a link that still opens a run."""
    link = session.get(SESSION, {}).get(str(run_id))
    return isinstance(link, int) and ShareLink.objects.filter(ShareLink.valid(), pk=link, run=run_id).exists()


def open_of(run: Run) -> QuerySet[ShareLink]:
    """Return the links that open a run now, newest first."""
    return ShareLink.objects.filter(ShareLink.valid(), run=run).select_related("by")


def open_of_project(project: Any) -> QuerySet[ShareLink]:
    """Return the links that open a run of a project now, newest first."""
    found = ShareLink.objects.filter(ShareLink.valid(), run__project=project).select_related("by", "run")
    return found.defer("run__fingerprint", "run__heartbeat")
