"""Every address of the site with sample values, found by walking the resolver."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = {"int": "1", "slug": "a", "str": "a", "path": "a/b", "uuid": "0" * 32}
_PART = re.compile(r"<(?:(?P<kind>[^>:]+):)?[^>]+>")
_GROUP = re.compile(r"\(\?P<\w+>[^)]*\)")


def all_paths() -> list[str]:
    """Return each pattern of the site filled with sample values, the admin's included."""
    return sorted(set(_walk(get_resolver().url_patterns, "/")))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        text = before + _filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, text)
        else:
            yield text


def _filled(text: str) -> str:
    if text.startswith("^"):  # the admin still speaks in regular expressions
        return _GROUP.sub("a", text).strip("^$")
    return _PART.sub(lambda found: SAMPLES[found["kind"] or "str"], text)
