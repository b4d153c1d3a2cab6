"""Products of int8 matrices, exact whatever they are computed with.

Sums of fewer than 1,040 products of int8 numbers stay below 2**24, so int32 and float32 arithmetic, in any order,
blocking and number format that holds 24 bits, give the same whole numbers (`embeddings/quantise.py`). So the
processor may choose: int8 tiles (AMX, VNNI), float32 elsewhere, or a graphics card.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDEST = 1040  # columns of which every sum of products stays exact


@cache
def default_device() -> str:
    """Return "cuda" where torch finds a graphics card, else "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@cache
def _has_int8_tiles() -> bool:
    info = Path("/proc/cpuinfo")
    held = set(info.read_text().split()) if info.exists() else set()
    return bool(held & {"amx_int8", "avx512_vnni"})


class Products:
    """One matrix int8[C, D], D at most WIDEST, that many others are multiplied with."""

    def __init__(self, columns: NDArray[np.int8], device: str | None = None) -> None:
        """Lay the matrix out on `device` ("cpu", "cuda", None = the default); an unknown one raises RuntimeError."""
        import torch

        if columns.shape[1] > WIDEST:
            msg = f"{columns.shape[1]} columns; more than {WIDEST} are not summed exactly"
            raise ValueError(msg)
        self.device = device or default_device()
        self._whole = self.device == "cpu" and _has_int8_tiles()
        held = torch.from_numpy(np.ascontiguousarray(columns)).to(self.device)
        self._columns: Any = held.t() if self._whole else held.to(torch.float32).t()

    def room(self, rows: int) -> Any:
        """Return room for the products of up to `rows` rows, to be used again and again by one thread."""
        import torch

        kind = torch.int32 if self._whole else torch.float32
        return torch.empty((rows, self._columns.shape[1]), dtype=kind, device=self.device)

    def of(self, rows: NDArray[np.int8], room: Any) -> NDArray[Any]:
        """Return rows int8[B, D] times the matrix: whole numbers int32 or float32 [B, C], which lie in `room`."""
        import torch

        given = torch.from_numpy(np.ascontiguousarray(rows)).to(self.device)
        # Pieces of the work are cut by `Workers`; torch's own threads would fight with them.
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)
        made = room[: given.shape[0]]
        if self._whole:
            torch._int_mm(given, self._columns, out=made)  # noqa: SLF001
        else:
            torch.mm(given.to(torch.float32), self._columns, out=made)
        out: NDArray[Any] = made.cpu().numpy()
        return out
