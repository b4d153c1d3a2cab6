"""Servers that hardly speak HTTP: whatever comes back, the user abstains with one sentence."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager

import pytest

from agents.asking import ModelAway
from agents.inference.endpoint import model as asking_model
from tests.agents.inference.asked import KEY, endpoint, question
from tests.servers.conforming import ConformingServer

BODY = b'{"choices":[{"message":{"content":"{\\"do\\":[]}"}}]}'
OK = b"HTTP/1.1 200 OK\r\n"
RAW = {
    "nothing": b"",
    "no HTTP": b"220 mail.example ESMTP\r\n" * 3,
    "a status that is none": b"HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n",
    "a switch of protocols": b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "headers without end": OK + b"x: " + b"y" * 400_000,
    "a negative length": OK + b"content-length: -5\r\n\r\n",
    "two lengths": OK + b"content-length: 5\r\ncontent-length: 6\r\n\r\n",
    "a length beyond all numbers": OK + b"content-length: " + b"9" * 300 + b"\r\n\r\n",
    "chunks that are none": OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "a chunk beyond all numbers": OK + b"transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n" + b"x" * 100,
    "a header that is none": OK + b"\x00: \xff\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "text of no encoding": OK + b"content-length: 4\r\n\r\n\xff\xfe\x00\x80",
    "wishes to continue": b"HTTP/1.1 100 Continue\r\n\r\n" * 500,
    "a retry without sense": b"HTTP/1.1 429 No\r\nretry-after: "
    + b"\xb2" * 5
    + b"\r\ncontent-length: 0\r\n\r\n",
    "a wait of ages": b"HTTP/1.1 429 No\r\nretry-after: " + b"9" * 400 + b"\r\ncontent-length: 0\r\n\r\n",
    "a body of null": OK + b"content-length: 4\r\n\r\nnull",
    "choices of numbers": OK + b"content-length: 15\r\n\r\n" + b'{"choices":[1]}',
    "an error of lists": b"HTTP/1.1 500 No\r\ncontent-length: 14\r\n\r\n" + b'{"error":[[]]}',
}


@contextmanager
def raw_server(answer: bytes):
    """Give the same bytes to whoever asks, then hang up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(10)
            try:
                held = b""
                while b"\r\n\r\n" not in held and (part := self.request.recv(65536)):
                    held += part
                self.request.sendall(answer)
                self.request.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield ConformingServer(base_url=f"http://127.0.0.1:{server.server_address[1]}/v1")
        server.shutdown()
        thread.join(10)


@pytest.mark.parametrize("name", RAW)
def test_whatever_comes_back_is_one_sentence(name, asking, monkeypatch):
    monkeypatch.setattr(asking_model, "RETRIES", 1)
    with raw_server(RAW[name]) as server:
        try:
            (reply,) = asking(endpoint(server), key=KEY)(question())
        except ModelAway as away:
            said = str(away)
        else:
            assert (reply.outcome, reply.text) == ("abstained", "")
            said = reply.problem
    assert said.startswith(("Endpoint test ", "test "))
    assert said.endswith(".")
    assert len(said) < 300
    assert KEY not in said


def test_the_same_server_with_an_answer_is_understood(asking):
    with raw_server(OK + b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)) as server:
        (reply,) = asking(endpoint(server))(question())
    assert reply.outcome == "answered"
