"""One chunk of questions through the model: an action for all in one pass, then what the chosen actions need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.asking import ModelAway, Sampling
from agents.inference.local.form import LETTERS, Seat
from agents.inference.local.loading import Loaded
from agents.inference.local.rows import Rows
from agents.inference.local.sampling import pick_among, pick_token, uniforms
from agents.inference.local.wording import Wording
from agents.inference.local.writing import Pen

ROOM = 32
"""Tokens that the lines before a text may take."""


class Decider:
    """What a loaded model needs to answer: its letters, its line end, its pen."""

    def __init__(self, loaded: Loaded) -> None:
        """Raise ModelAway where the tokenizer has no single token per letter."""
        self.loaded = loaded
        self.wording = Wording(loaded.tokenizer)
        self.labels = [self.wording.data(letter) for letter in LETTERS]
        if any(len(label) != 1 for label in self.labels):
            short = next(LETTERS[i] for i, label in enumerate(self.labels) if len(label) != 1)
            msg = f"The tokenizer of {loaded.name} has no single token for the letter {short}."
            raise ModelAway(msg)
        self.end = self.wording.data("\n")
        self.pen = Pen(loaded)
        self._lines: dict[str, list[int]] = {}

    def decide(
        self, prefix: Rows, blocks: Sequence[Sequence[int]], seats: Sequence[Seat], sampling: Sampling
    ) -> None:
        """Fill in the seats; blocks[i] are the tokens of seat i behind the prefix."""
        rows = Rows.begin(prefix, blocks, 0)
        labels = [[self.labels[i][0] for i in range(len(seat.actions))] for seat in seats]
        numbers, _ = pick_among(rows.logits, labels, _draws(seats), sampling.temperature)
        for seat, number, ids in zip(seats, numbers.tolist(), labels, strict=True):
            seat.choose(number, ids[number], self.end)
        busy = [i for i, seat in enumerate(seats) if seat.todo]
        if not busy:
            return
        rows.select(busy, ROOM)
        self._lines_of(rows, [seats[i] for i in busy], sampling)

    def _lines_of(self, rows: Rows, seats: list[Seat], sampling: Sampling) -> None:
        """Choose the lines between the letter and the text, then write the texts."""
        for seat in seats:
            seat.go_on(self._line)
        while True:
            choosing = [(i, seat.line) for i, seat in enumerate(seats) if seat.line is not None]
            if not choosing:
                break
            at = [i for i, _ in choosing]
            logits = self._read(rows, seats, at)[at]
            allowed = [line.allowed() for _, line in choosing]
            numbers, _ = pick_among(logits, allowed, _draws([seats[i] for i in at]), sampling.temperature)
            for (i, line), ids, number in zip(choosing, allowed, numbers.tolist(), strict=True):
                line.take(ids[number])
                seats[i].pending.append(ids[number])
                seats[i].go_on(self._line)
        writers = [i for i, seat in enumerate(seats) if seat.writes]
        if writers:
            rows.select(writers, ROOM + sampling.max_tokens)
            self._texts(rows, [seats[i] for i in writers], sampling)

    def _texts(self, rows: Rows, seats: list[Seat], sampling: Sampling) -> None:
        states = [self.pen.begin() for _ in seats]
        written: list[list[int]] = [[] for _ in seats]
        seat_of = list(range(len(seats)))  # which seat a row belongs to; rows that are done are let go
        self._read(rows, seats, seat_of)
        alive = seat_of
        for _ in range(sampling.max_tokens):
            allowed = self.pen.allowed([states[i] for i in alive], self.loaded.device)
            at = [seat_of.index(i) for i in alive]
            draws = _draws([seats[i] for i in alive])
            tokens = pick_token(rows.logits[at], allowed, draws, sampling.temperature, sampling.top_p)
            going = []
            for i, token in zip(alive, tokens, strict=True):
                if token not in self.loaded.stops:
                    written[i].append(token)
                if self.pen.take(states[i], token):
                    seats[i].pending = [token]
                    going.append(i)
            alive = going
            if not alive:
                break
            if 2 * len(alive) <= len(seat_of):
                rows.select([seat_of.index(i) for i in alive], sampling.max_tokens)
                seat_of = list(alive)
            self._read(rows, [seats[i] for i in seat_of], [seat_of.index(i) for i in alive])
        for seat, ids in zip(seats, written, strict=True):
            seat.text = self.pen.words(ids)
            seat.todo = []
            rows.work.written += len(ids)

    def _read(self, rows: Rows, seats: Sequence[Seat], of: Sequence[int]) -> Any:
        """Let the model read what is pending in seats `of`; the others stay where they are."""
        blocks: list[list[int]] = [[] for _ in seats]
        for i in of:
            blocks[i], seats[i].pending = seats[i].pending, []
        return rows.feed(blocks)

    def _line(self, words: str) -> list[int]:
        ids = self._lines.get(words)
        if ids is None:
            if len(self._lines) > 4096:
                self._lines.clear()
            ids = self._lines[words] = [*self.wording.data(words), *self.end]
        return ids


def _draws(seats: Sequence[Seat]) -> Any:
    """Return float64[len(seats)] in [0, 1): the next draw of each."""
    seeds = np.array([seat.question.seed for seat in seats], np.int64)
    numbers = np.array([seat.drawn for seat in seats], np.int64)
    for seat in seats:
        seat.drawn += 1
    return uniforms(seeds, numbers)
