"""Files of any size to a browser, in pieces: never a whole file in memory, never a blocked event loop."""

from __future__ import annotations

import mimetypes
import os
import zipfile
from io import RawIOBase
from typing import TYPE_CHECKING, BinaryIO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from pathlib import Path

    from django.http import HttpRequest

PIECE = 1 << 20
# One date for all: the same export always gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def file_response(request: HttpRequest, path: Path) -> StreamingHttpResponse:
    """Return a download of one file."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Content-Length": str(path.stat().st_size), "Content-Disposition": _attachment(path.name)}
    return StreamingHttpResponse(_sent(request, _pieces(path)), content_type=kind, headers=headers)


def open_file_response(request: HttpRequest, file: BinaryIO, name: str) -> StreamingHttpResponse:
    """Return a download of a file that is open for reading and writing; it is closed when it was sent."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    headers = {"Content-Length": str(size), "Content-Disposition": _attachment(name)}
    return StreamingHttpResponse(
        _sent(request, _read(file)), content_type="application/octet-stream", headers=headers
    )


def text_response(request: HttpRequest, lines: Iterable[str], name: str, kind: str) -> StreamingHttpResponse:
    """Return a download of text that is made piece by piece, of content type `kind`."""
    headers = {"Content-Disposition": _attachment(name)}
    pieces = (line.encode("utf-8", "replace") for line in lines if line)
    return StreamingHttpResponse(_sent(request, pieces), content_type=kind, headers=headers)


def zip_response(
    request: HttpRequest, name: str, top: str, inside: Iterable[tuple[str, Path]]
) -> StreamingHttpResponse:
    """Return a download of files under the folder `top`. Stored, not packed: a web process has other work."""
    headers = {"Content-Disposition": _attachment(name)}
    content = _sent(request, _zipped(top, list(inside)))
    return StreamingHttpResponse(content, content_type="application/zip", headers=headers)


def _attachment(name: str) -> str:
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return f'attachment; filename="{safe}"'


def _sent(request: HttpRequest, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    # Django would gather a plain iterator whole before an ASGI server gets its first byte.
    return _in_threads(pieces) if isinstance(request, ASGIRequest) else pieces


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    def piece() -> bytes:
        return next(pieces, b"")

    while found := await sync_to_async(piece, thread_sensitive=False)():
        yield found


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


class _Outlet(RawIOBase):
    """A file that only can be written to, and gives away what was written."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: object) -> int:
        """Keep the bytes until they are taken."""
        piece = bytes(data)  # type: ignore[call-overload]
        self.held.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        found, self.held = b"".join(self.held), []
        return found


def _zipped(top: str, inside: list[tuple[str, Path]]) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
        for name, path in inside:
            entry = zipfile.ZipInfo(f"{top}/{name}", _DATE)
            entry.file_size = path.stat().st_size
            with packed.open(entry, "w", force_zip64=True) as target:
                for piece in _pieces(path):
                    target.write(piece)
                    if taken := outlet.take():
                        yield taken
    if taken := outlet.take():
        yield taken
