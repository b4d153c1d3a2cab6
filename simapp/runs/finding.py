"""Users and posts of a run by a few letters, for whoever picks one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simapp.engine.core.posts import POST, QUOTE
from simapp.models import RunPost, RunText, RunUser
from simapp.runs.points import past_of
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from simapp.models import Run

MOST = 10
NEWEST = 400  # posts that are looked at: moderation is about what is still in feeds

Found = list[dict[str, str]]


def users(run: Run, text: str) -> Found:
    """Return users whose handle begins with the text, or whose number it is: [{"value": handle, "label": name}]."""
    rows = RunUser.objects.filter(run_id=segments_of(run)[0].run_id)
    plain = text.strip().removeprefix("@")
    if plain.isascii() and plain.isdecimal() and len(plain) < 10:
        rows = rows.filter(user_id=int(plain))
    elif plain:
        rows = rows.filter(handle__startswith=plain)
    listed = rows.order_by("user_id").values_list("user_id", "handle", "name")[:MOST]
    return [{"value": f"@{handle}", "label": f"{name} · {user}"} for user, handle, name in listed]


def posts(run: Run, text: str) -> Found:
    """Return the newest posts and quotes with the text in their words or their author's handle.

    [{"value": number, "label": "@handle: text"}]; the number is text, for JavaScript cannot hold it.
    """
    rows = list(
        RunPost.objects.filter(past_of(run), kind__in=(POST, QUOTE))
        .order_by("-step", "-key")
        .values_list("key", "author", "text_id")[:NEWEST]
    )
    texts = dict(
        RunText.objects.filter(past_of(run), text_id__in={row[2] for row in rows}).values_list("text_id", "text")
    )
    founder = segments_of(run)[0].run_id
    named = RunUser.objects.filter(run_id=founder, user_id__in={row[1] for row in rows})
    handles = dict(named.values_list("user_id", "handle"))
    wanted = text.strip().removeprefix("@").casefold()
    found: Found = []
    for key, author, text_id in rows:
        handle, said = handles.get(author, "system"), texts.get(text_id, "")
        if not wanted or wanted == str(key) or wanted in handle.casefold() or wanted in said.casefold():
            found.append({"value": str(key), "label": f"@{handle}: {' '.join(said.split())[:120]}"})
        if len(found) == MOST:
            break
    return found
