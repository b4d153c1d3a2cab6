"""transformers' own OpenAI-compatible server, over loopback, for tests of whoever talks to such servers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAIN = "from transformers.cli.transformers import main; main()"


@contextmanager
def transformers_server(folder: Path, *, patience: float = 120.0) -> Iterator[str]:
    """Serve the model in `folder` while the block runs; the value is the base URL, such as http://127.0.0.1:41234/v1.

    The model's name in requests is str(folder). The server answers /v1/chat/completions with usage counts; it
    ignores response_format and logprobs without an error, and its /v1/models is an error 500 where there is no hub
    cache. Needs fastapi, openai and accelerate. Raises RuntimeError with the server's last lines where it ends early.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder.parent / f"transformers-serve-{port}.log"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    options = ["serve", str(folder), "--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-c", _MAIN, *options], stdout=file, stderr=subprocess.STDOUT, env=environment
        )
        try:
            _wait(server, f"http://127.0.0.1:{port}/health", log, patience)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], address: str, log: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
    msg = f"transformers serve did not come up:\n{last}"
    raise RuntimeError(msg)
