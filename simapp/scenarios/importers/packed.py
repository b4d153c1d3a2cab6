"""Opens a file as it came: gzip or plain, within a limit, as text in UTF-8."""

from __future__ import annotations

import io
import zlib
from gzip import GzipFile

from simapp.engine.core.errors import WrongInput

GZIP = b"\x1f\x8b"
MAX_UNPACKED = 2**30


def unpack(data: bytes, *, limit: int = MAX_UNPACKED) -> bytes:
    """Return the content of gzip data, or the data as they are; WrongInput beyond `limit` bytes of content."""
    if data[:2] != GZIP:
        content = data
    else:
        try:
            with GzipFile(fileobj=io.BytesIO(data)) as packed:
                content = packed.read(limit + 1)
        except (OSError, EOFError, zlib.error) as error:
            msg = f"The file begins like gzip and cannot be unpacked: {str(error).rstrip('.')}."
            raise WrongInput(msg) from None
    if len(content) > limit:
        msg = f"The file has more than {limit} bytes of content; that is the most that is read."
        raise WrongInput(msg)
    return content


def as_text(content: bytes) -> str:
    """Return text; WrongInput with one sentence for what is empty or no text in UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"The file is not text in UTF-8 (byte {error.start})."
        raise WrongInput(msg) from None
    if "\0" in text:
        msg = f"The file holds a NUL byte (at byte {content.index(0)}); it must be text in UTF-8."
        raise WrongInput(msg)
    if not text.strip():
        msg = "The file is empty."
        raise WrongInput(msg)
    return text
