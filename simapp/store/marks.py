"""What moderation did to posts, read from its events: the last word on each counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from simapp.engine.actions.registry import code_of
from simapp.store.lineage import belongs, segments_of
from simapp.store.models import Run

_ON_OFF = {"removed": ("remove_post", "restore_post"), "demoted": ("demote_post", "undo_demote_post")}
_WORDS = {"label": "label_post", "note": "note_post"}


@dataclass(frozen=True)
class Marks:
    """Whether a post is taken down, whether strangers are offered it; label and note as shown ("": none)."""

    removed: bool = False
    demoted: bool = False
    label: str = ""
    note: str = ""


def marks_at(run: Run, keys: Iterable[int], step: int) -> dict[int, Marks]:
    """Return the marks of posts by key after `step`; posts without any are left out."""
    segments = segments_of(run, step)
    codes = [code_of(name) for name in (*_WORDS.values(), *(n for pair in _ON_OFF.values() for n in pair))]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (post, code) post, code, step, seq, text_id FROM run_event x "  # noqa: S608
            f"WHERE post = ANY(%s) AND outcome = 0 AND code IN ({', '.join(map(str, codes))}) "
            f"AND {belongs('x', segments)} ORDER BY post, code, step DESC, seq DESC",
            [sorted(set(keys))],
        )
        found: dict[int, dict[int, tuple[tuple[int, int], int]]] = {}
        for post, code, at, seq, text_id in cursor.fetchall():
            found.setdefault(post, {})[code] = ((at, seq), text_id)
        used = sorted({text_id for last in found.values() for _, text_id in last.values() if text_id >= 0})
        texts: dict[int, str] = {}
        if used:
            cursor.execute(
                f"SELECT text_id, text FROM run_text t WHERE text_id = ANY(%s) AND {belongs('t', segments)}",  # noqa: S608
                [used],
            )
            texts = dict(cursor.fetchall())
    return {post: _marks(last, texts) for post, last in found.items()}


def _marks(last: dict[int, tuple[tuple[int, int], int]], texts: dict[int, str]) -> Marks:
    never = ((-1, -1), -1)

    def on(pair: tuple[str, str]) -> bool:
        done, undone = (last.get(code_of(name), never)[0] for name in pair)
        return done > undone

    def word(name: str) -> str:
        return texts.get(last.get(code_of(name), never)[1], "")

    return Marks(
        **{field: on(pair) for field, pair in _ON_OFF.items()},
        **{field: word(name) for field, name in _WORDS.items()},
    )
