"""Groups and products as OASIS keeps them: chat_group, group_members, group_messages and product.

Numbers are one more than ours: OASIS counts rows from 1. Trace keys are those of OASIS (`platform.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

BATCH = 10_000


class Social:
    """Fills the group and product tables, one event after another; `products` are the scenario's names."""

    def __init__(self, database: sqlite3.Connection, products: Sequence[str] = ()) -> None:
        self._database = database
        self._products = list(products)
        self._sales = [0] * len(self._products)
        self._members: dict[tuple[int, int], int | str] = {}
        self._messages: list[tuple[int, int, int, str, int | str]] = []
        self._sent = 0

    def create(self, user: int, item: int, name: str, time: int | str) -> dict[str, Any]:
        """Add a group with its creator as a member."""
        group = item + 1
        self._database.execute("INSERT INTO chat_group VALUES (?, ?, ?)", (group, name, time))
        self._members[group, user] = time
        return {"group_id": group, "group_name": name}

    def join(self, user: int, item: int, time: int | str) -> dict[str, Any]:
        """Add a member."""
        self._members[item + 1, user] = time
        return {"group_id": item + 1}

    def leave(self, user: int, item: int) -> dict[str, Any]:
        """Take a member out."""
        self._members.pop((item + 1, user), None)
        return {"group_id": item + 1}

    def send(self, user: int, item: int, text: str, time: int | str) -> dict[str, Any]:
        """Add a message."""
        self._sent += 1
        self._messages.append((self._sent, item + 1, user, text, time))
        if len(self._messages) >= BATCH:
            self._flush()
        return {"group_id": item + 1, "message_id": self._sent, "content": text}

    def buy(self, item: int, amount: int) -> dict[str, Any]:
        """Count a purchase."""
        self._sales[item] += amount
        return {"product_name": self._products[item], "purchase_num": amount}

    def close(self) -> None:
        """Write what is known only at the end: who is a member, and what was sold."""
        self._flush()
        members = ((group, user, time) for (group, user), time in self._members.items())
        self._database.executemany("INSERT INTO group_members VALUES (?, ?, ?)", members)
        products = zip(range(1, len(self._products) + 1), self._products, self._sales, strict=True)
        self._database.executemany("INSERT INTO product VALUES (?, ?, ?)", products)

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO group_messages VALUES (?, ?, ?, ?, ?)", self._messages)
        self._messages.clear()
