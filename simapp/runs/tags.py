"""Tags of runs: words that members put on them, to find and to group them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from simapp.engine.core.errors import WrongInput
from simapp.models import Run
from simapp.runs.services import note

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 12
LONGEST = 40


def read_tags(text: str) -> list[str]:
    """Return the tags of a line with commas between them: trimmed, each once, sorted. Raises WrongInput."""
    return checked(part for part in text.split(","))


def checked(tags: Iterable[str]) -> list[str]:
    """Return tags trimmed, each once, sorted; WrongInput with one sentence for one that cannot be."""
    found = sorted({" ".join(tag.split()) for tag in tags} - {""})
    for tag in found:
        if len(tag) > LONGEST:
            msg = f"tags has {tag[:20]!r}… of {len(tag)} characters; a tag may have {LONGEST}."
            raise WrongInput(msg)
        if not tag.isprintable() or "," in tag:
            msg = f"tags has {tag!r}; a tag is printable text without commas."
            raise WrongInput(msg)
    if len(found) > MOST:
        msg = f"tags has {len(found)} of them; a run may have {MOST}."
        raise WrongInput(msg)
    return found


def set_tags(*, run: Run, member: Any, tags: Iterable[str]) -> list[str]:
    """Give the run these tags in place of those it had; return them."""
    wanted = checked(tags)
    with transaction.atomic():
        held = Run.objects.select_for_update().only("tags").get(pk=run.pk)
        if held.tags != wanted:
            Run.objects.filter(pk=run.pk).update(tags=wanted)
            note(member, "tag", run, tags=wanted)
    run.tags = wanted
    return wanted


def add_tags(*, run: Run, member: Any, tags: Iterable[str]) -> list[str]:
    """Add tags to those the run has; return all of them."""
    with transaction.atomic():
        held = Run.objects.select_for_update().only("tags").get(pk=run.pk)
        return set_tags(run=run, member=member, tags=[*held.tags, *tags])
