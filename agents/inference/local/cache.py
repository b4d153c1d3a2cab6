"""Keys and values of a batch in buffers with room: what follows is written in place, nothing is joined anew.

transformers' own growing cache joins old and new keys at every pass, which for one written token copies the whole
prompt of every row.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_STEP = 64


@cache
def _layer_class() -> Any:
    import torch
    from transformers.cache_utils import DynamicLayer

    class RoomyLayer(DynamicLayer):
        """One layer: buffers [rows, heads, room, size], of which `used` places are filled."""

        def __init__(self, room: int) -> None:
            super().__init__()
            self.room, self.used = room, 0
            self.buffers: Any = None

        def update(self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
            del args, kwargs
            after = self.used + key_states.shape[2]
            if self.buffers is None:
                self.become(key_states[:, :, :0], value_states[:, :, :0], max(self.room, after))
            elif after > self.room:
                self.become(*self.filled(), after + max(_STEP, self.room // 4))
            for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
                buffer[:, :, self.used : after] = states
            self.used = after
            self.keys, self.values = self.filled()
            return self.keys, self.values

        def filled(self) -> tuple[Any, Any]:
            """Return keys and values without the room behind them."""
            return self.buffers[0][:, :, : self.used], self.buffers[1][:, :, : self.used]

        def become(self, keys: Any, values: Any, room: int, rows: int | None = None) -> None:
            """Take a copy of keys and values, of one row for `rows` rows if that is given, with room for more."""
            made = []
            for states in (keys, values):
                shape = (rows or states.shape[0], states.shape[1], room, states.shape[3])
                made.append(torch.empty(shape, dtype=states.dtype, device=states.device))
                made[-1][:, :, : states.shape[2]] = states
            self.dtype, self.device, self.is_initialized = keys.dtype, keys.device, True
            self.buffers, self.room, self.used = (made[0], made[1]), room, keys.shape[2]
            self.keys, self.values = self.filled()

        def get_seq_length(self) -> int:
            return self.used

    return RoomyLayer


def new_cache(layers: int, room: int) -> Any:
    """Return an empty cache of `layers` layers with room for `room` tokens per row; it grows where that is short."""
    from transformers.cache_utils import Cache

    return Cache(layers=[_layer_class()(room) for _ in range(layers)])


def spread(prefix: Any, rows: int, room: int) -> Any:
    """Return a cache of `rows` rows that all begin as the one row of `prefix`, with room for `room` tokens."""
    made = new_cache(len(prefix.layers), room)
    for mine, one in zip(made.layers, prefix.layers, strict=True):
        mine.become(one.keys, one.values, max(room, one.used), rows)
    return made


def select(cache: Any, rows: Any, room: int) -> Any:
    """Return a cache of the chosen rows (an index tensor), with room for `room` tokens."""
    made = new_cache(len(cache.layers), room)
    for mine, old in zip(made.layers, cache.layers, strict=True):
        # One after the other, and the old layer let go, so that not two whole caches are held.
        mine.become(old.keys.index_select(0, rows), old.values.index_select(0, rows), max(room, old.used))
        old.buffers = old.keys = old.values = None
    return made
