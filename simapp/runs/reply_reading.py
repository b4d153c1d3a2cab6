"""Reads a file of replies that anybody may have made: bounded while it is unpacked, every line checked."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import zstandard

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import MAX_SEED

VERSION = 1
LONGEST_LINE = 2 << 20  # bytes
MOST_BYTES = 1 << 30  # unpacked
MOST_REPLIES = 1_000_000
LARGEST_WINDOW = 32 << 20  # bytes that unpacking may hold
LONGEST_TEXT = 250_000
WHOLE = 2**31 - 1


@dataclass
class _Counted(io.RawIOBase):
    """Passes a file's bytes on and hashes them."""

    file: BinaryIO
    sha: Any = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self.file.read(size)
        self.sha.update(data)
        return data


class Reading:
    """One pass over a file: first `header`, then `replies`; `sha256` when both were read to the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._counted = _Counted(file)
        unpacker = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
        self._lines = io.BufferedReader(unpacker.stream_reader(self._counted, closefd=False), 1 << 16)  # type: ignore[arg-type]
        self._number, self._bytes, self._wanted = 0, 0, 0

    @property
    def sha256(self) -> str:
        """SHA-256 of the packed file, as 64 hex digits."""
        return str(self._counted.sha.hexdigest())

    def header(self) -> dict[str, Any]:
        """Return the first line. Raises WrongInput."""
        said = self._object()
        if said is None or said.get("sociarium") != "replies":
            raise WrongInput(
                "line 1 does not say that this is a file of replies; export one with `replies export`"
            )
        if said.get("version") != VERSION:
            msg = f"line 1: version is {_shown(said.get('version'))}; this program reads {VERSION}"
            raise WrongInput(msg)
        self._check(said, _HEADER)
        if said["replies"] > MOST_REPLIES:
            msg = f"line 1: replies is {said['replies']}; a file may hold {MOST_REPLIES}"
            raise WrongInput(msg)
        self._wanted = said["replies"]
        return {name: said[name] for name in _HEADER} | {"version": VERSION}

    def replies(self) -> Iterator[dict[str, Any]]:
        """Yield the fields of each reply. Raises WrongInput that names the line."""
        last, count = "", 0
        while (said := self._object()) is not None:
            self._check(said, _REPLY)
            if said["key"] <= last:
                self._refuse(
                    "key", f"{said['key'][:16]}…", "above that of the line before, so that no key comes twice"
                )
            last, count = said["key"], count + 1
            if count > self._wanted:
                break
            yield {**{name: said[name] for name in _REPLY}, "key": bytes.fromhex(said["key"])}
        if count != self._wanted:
            found = f"more than {self._wanted}" if count > self._wanted else str(count)
            msg = f"line 1 says that {self._wanted} replies follow, and {found} do"
            raise WrongInput(msg)

    def _object(self) -> dict[str, Any] | None:
        self._number += 1
        try:
            line = self._lines.readline(LONGEST_LINE + 1)
        except (zstandard.ZstdError, OSError, EOFError):
            msg = (
                f"line {self._number} cannot be unpacked: the file is damaged, cut short or no Zstandard file"
            )
            raise WrongInput(msg) from None
        self._bytes += len(line)
        if len(line) > LONGEST_LINE or self._bytes > MOST_BYTES:
            most = (
                f"{LONGEST_LINE >> 20} MiB"
                if len(line) > LONGEST_LINE
                else f"{MOST_BYTES >> 20} MiB in all lines"
            )
            msg = f"line {self._number} is longer than it may be ({most})"
            raise WrongInput(msg)
        if not line:
            return None
        try:
            said = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            msg = f"line {self._number} is not a JSON object"
            raise WrongInput(msg)
        return said

    def _check(self, said: dict[str, Any], fields: dict[str, tuple[Callable[[Any], bool], str]]) -> None:
        for name, (fits, must) in fields.items():
            if name not in said or not fits(said[name]):
                self._refuse(name, _shown(said[name]) if name in said else "missing", must)

    def _refuse(self, name: str, found: str, must: str) -> None:
        msg = f"line {self._number}: {name} is {found}; it must be {must}"
        raise WrongInput(msg)


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _shown(value: Any) -> str:
    return repr(value)[:40]


def _whole(most: int = WHOLE) -> tuple[Callable[[Any], bool], str]:
    return (lambda v: type(v) is int and 0 <= v <= most), f"a whole number from 0 to {most}"


_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def _text(longest: int) -> tuple[Callable[[Any], bool], str]:
    def fits(v: Any) -> bool:
        return isinstance(v, str) and len(v) <= longest and not _NO_TEXT.search(v)

    return fits, f"a text of at most {longest} characters without NUL or half characters"


def _real(v: Any) -> bool:
    return type(v) in (int, float) and 0 <= v <= 1e12 and math.isfinite(v)


def are_prices(v: Any) -> bool:
    """Whether a value is prices in the form that a run keeps them: by tier/name, each finite and not negative."""
    return isinstance(v, dict) and len(v) <= 100 and all(
        _text(1000)[0](name)
        and isinstance(price, dict)
        and price.keys() == {"input", "output", "timeout"}
        and all(_real(amount) for amount in price.values())
        for name, price in v.items()
    )  # fmt: skip


_HEX = (
    lambda v: isinstance(v, str) and len(v) == 64 and not set(v) - set("0123456789abcdef"),
    "64 hex digits in lower case",
)
_AMOUNT = (_real, "a finite number from 0 to 1e12")
_HEADER: dict[str, tuple[Callable[[Any], bool], str]] = {
    "replies": _whole(), "late": _whole(), "abstained": _whole(), "without_key": _whole(), "inputs": _whole(),
    "tokens": _whole(2**53), "run": _whole(2**63 - 1), "seed": _whole(MAX_SEED), "step": _whole(100_000),
    "users": _whole(), "title": _text(200), "digest": _HEX, "scenario_sha256": _HEX,
    "prices": (are_prices, "an object of prices, each with input, output and timeout"),
    "models": (
        lambda v: isinstance(v, list) and len(v) <= 100 and all(_text(900)[0](name) for name in v),
        "a list of at most 100 names",
    ),
    "scenario": (lambda v: isinstance(v, dict), "a scenario document"),
}  # fmt: skip
_REPLY: dict[str, tuple[Callable[[Any], bool], str]] = {
    "key": _HEX, "model": _text(900), "revision": _text(200),
    "outcome": (lambda v: v in ("answered", "abstained", "late"), "one of answered, abstained, late"),
    "text": _text(LONGEST_TEXT), "first": _text(LONGEST_TEXT), "problem": _text(300),
    "tokens_in": _whole(), "tokens_out": _whole(), "tokens_cached": _whole(), "seconds": _AMOUNT, "cost": _AMOUNT,
    "tries": _whole(2**15 - 1),
}  # fmt: skip
