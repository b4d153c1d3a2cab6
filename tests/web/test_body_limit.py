"""A body that no page could take is refused before it is read."""

from __future__ import annotations

from typing import Any

from simapp.web.body_limit import ROOM, BodyLimit


async def answer(
    settings: Any, announced: int | None, pieces: list[bytes], accept: bytes = b"*/*"
) -> tuple[list[Any], list[Any]]:
    settings.SOCIARIUM_UPLOAD_LIMIT_BYTES = 10
    sent: list[Any] = []
    got: list[Any] = []
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        for _ in pieces:
            got.append(await receive())

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept", accept)]
    if announced is not None:
        headers.append((b"content-length", str(announced).encode()))
    await BodyLimit(application)({"type": "http", "headers": headers}, receive, send)
    return sent, got


async def test_an_announced_giant_gets_413_and_is_never_read(settings: Any) -> None:
    sent, got = await answer(settings, ROOM + 11, [b"x"])
    assert sent[0]["status"] == 413
    assert b"too large" in sent[1]["body"]
    assert got == []


async def test_a_browser_that_sends_a_giant_is_shown_a_page(settings: Any) -> None:
    sent, _ = await answer(settings, ROOM + 11, [b"x"], accept=b"text/html,*/*;q=0.8")
    assert sent[0]["status"] == 413
    assert b"<h1>Too large</h1>" in sent[1]["body"]
    assert b"at most 6 MB are accepted" in sent[1]["body"]


async def test_what_turns_out_too_large_is_cut_off(settings: Any) -> None:
    sent, got = await answer(settings, None, [b"x" * ROOM, b"y" * 10, b"z"])
    assert [message["type"] for message in got] == ["http.request", "http.request", "http.disconnect"]
    assert sent == []


async def test_an_ordinary_body_passes(settings: Any) -> None:
    _, got = await answer(settings, 5, [b"12345"])
    assert got[0]["body"] == b"12345"
