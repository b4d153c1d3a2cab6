"""What can be bought on the platform, and how much of it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.texts import Texts


class Products:
    """The products of a world, numbered from 0 as the scenario lists them.

    name int32[P] text id; sales int64[P]: units sold so far. Who bought what is in the event table.
    """

    def __init__(self, name: NDArray[np.int32] | None = None, sales: NDArray[np.int64] | None = None) -> None:
        self.name: NDArray[np.int32] = np.zeros(0, np.int32) if name is None else name
        self.sales: NDArray[np.int64] = np.zeros(len(self), np.int64) if sales is None else sales

    def __len__(self) -> int:
        return int(self.name.shape[0])

    @classmethod
    def named(cls, texts: Texts, names: Sequence[str]) -> Products:
        """Create products that nobody has bought yet; their names become texts of the run."""
        return cls(np.array([texts.add(name) for name in names], np.int32))

    def known(self, product: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[A]: whether there is such a product."""
        return (product >= 0) & (product < len(self))

    def sell(self, product: NDArray[np.int32], amount: NDArray[np.int16]) -> None:
        """Count units sold (callers have checked that the products exist and the amounts are positive)."""
        np.add.at(self.sales, product, amount)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return copies of the columns, for a snapshot."""
        return {"name": self.name.copy(), "sales": self.sales.copy()}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Products:
        """Rebuild from `to_arrays()`."""
        return cls(arrays["name"].astype(np.int32), arrays["sales"].astype(np.int64))
