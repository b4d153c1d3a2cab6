"""The local tier as a model that answers questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from agents.asking import ModelAway, Question, Reply, Sampling
from agents.inference.local.deciding import ROOM, Decider
from agents.inference.local.form import Seat, possible, rules, tail
from agents.inference.local.loading import Loaded, load, model_name
from agents.inference.local.packing import MOST_ROWS, default_memory, plan_chunks
from agents.inference.local.rows import Rows, Work
from simapp.engine.core.streams import MAX_SEED

_PREFIXES = 4  # kept shared texts: decisions, archetypes, and what a change of scenario brings
CUT = "The model wrote no whole character before its tokens ran out."

Questions = Sequence[Question] | Mapping[int, Question]


class LocalModel:
    """Implements `agents.asking.Model` with a transformers model in this process.

    What all questions with one shared text begin with is read once and kept; each batch reads only what is its own.
    Draws are keyed by the question's seed. In float32 a reply is the same however the batch is cut (differences of
    the last bit come of matrix shapes and show only where a draw falls within about 1e-6 of a boundary); in bfloat16
    the boundary is about 1e-2 wide, so there a cut may show in a reply. Either way replies are recorded inputs.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        device: str = "cpu",
        memory: int | None = None,
        dtype: str | None = None,
        loaded: Loaded | None = None,
    ) -> None:
        """Name the model in `folder`; it is loaded when the first question comes, or is `loaded` already.

        device: "cpu", "cuda", "cuda:1". memory: bytes that a chunk may take, None: see `default_memory`. dtype:
        "float32" or "bfloat16", None: bfloat16 where the device multiplies it natively. Raises ModelAway where
        the folder holds no model. torch's number of threads is left as the process has it (OMP_NUM_THREADS).
        """
        self.name = loaded.name if loaded else model_name(Path(folder))
        self.work = Work()
        self._folder, self._device, self._dtype = Path(folder), device, dtype
        self._memory, self._most = memory or 0, MOST_ROWS
        self._loaded, self._decider = loaded, None if loaded is None else Decider(loaded)
        self._prefixes: dict[str, Rows] = {}
        self._lock = threading.Lock()

    def answer(self, questions: Sequence[Question], sampling: Sampling) -> list[Reply]:
        """Return one reply per question, in their order. Raises ModelAway where the model or its memory is not there.

        A reply abstains where the prompt is longer than what the model reads, where nothing that is offered can be
        done, and where a text has no whole character in its tokens, twice.
        """
        with self._lock:
            start = time.perf_counter()
            replies: dict[int, Reply] = {}
            self._answer_all(range(len(questions)), questions, sampling, start, replies)
            again = [i for i, reply in replies.items() if reply.problem == CUT]
            if again:
                first = {i: replies[i] for i in again}
                other = {i: replace(questions[i], seed=(questions[i].seed + 1) & MAX_SEED) for i in again}
                self._answer_all(again, other, sampling, start, replies)
                for i, reply in first.items():
                    replies[i] = _both(reply, replies[i])
            return [replies[i] for i in range(len(questions))]

    def ready(self) -> Decider:
        """Return the loaded model, loading it where that has not been done."""
        if self._decider is None:
            self._loaded = load(self._folder, self._device, self._dtype)
            self._decider = Decider(self._loaded)
        if not self._memory:
            self._memory = default_memory(self._decider.loaded.device)
        return self._decider

    def _answer_all(
        self,
        places: Sequence[int],
        questions: Questions,
        sampling: Sampling,
        start: float,
        replies: dict[int, Reply],
    ) -> None:
        groups: dict[str, list[int]] = {}
        for place in places:
            question = questions[place]
            groups.setdefault(question.shared + rules(question.topics), []).append(place)
        for shared, own in groups.items():
            self._answer_group(shared, own, questions, sampling, start, replies)

    def _answer_group(
        self,
        shared: str,
        places: Sequence[int],
        questions: Questions,
        sampling: Sampling,
        start: float,
        replies: dict[int, Reply],
    ) -> None:
        decider = self.ready()
        longest = decider.loaded.longest - ROOM - sampling.max_tokens
        prefix_ids = decider.wording.prefix(shared)
        blocks: list[list[int]] = []
        seats: list[Seat] = []
        offered = [possible(questions[place]) for place in places]
        texts = [questions[place].own + tail(actions) for place, actions in zip(places, offered, strict=True)]
        for place, actions, own in zip(places, offered, decider.wording.own(texts), strict=True):
            count = len(prefix_ids) + len(own)
            if count > longest or not actions:
                why = (
                    f"The prompt has {count} tokens; the model reads at most {longest} before it writes."
                    if actions
                    else "None of the offered actions can be chosen here."
                )
                replies[place] = Reply("", "abstained", self.name, count, tries=0, problem=why)
                continue
            blocks.append(own)
            seats.append(Seat(place, questions[place], actions, count))
        if not seats:
            return
        prefix, read = self._prefix(decider.loaded, shared, prefix_ids)
        for i, seat in enumerate(seats):
            # Who comes first pays for what all share, where that was not kept from before.
            seat.cached = 0 if read and i == 0 else len(prefix_ids)
        lengths = [len(block) for block in blocks]
        waiting = plan_chunks(
            decider.loaded, len(prefix_ids), lengths, ROOM + sampling.max_tokens, self._memory, self._most
        )[::-1]
        while waiting:
            chunk = waiting.pop()
            if not self._fits(
                decider, prefix, [blocks[i] for i in chunk], [seats[i] for i in chunk], sampling
            ):
                half = (len(chunk) + 1) // 2
                waiting += [chunk[half:], chunk[:half]]
                continue
            for i in chunk:
                replies[seats[i].place] = self._reply(seats[i], time.perf_counter() - start)

    def _fits(
        self, decider: Decider, prefix: Rows, blocks: list[list[int]], seats: list[Seat], sampling: Sampling
    ) -> bool:
        """Answer a chunk; return False where it was too large for the memory, with the seats as they were."""
        before = [seat.tokens_in for seat in seats]
        try:
            decider.decide(prefix, blocks, seats, sampling)
        except (RuntimeError, MemoryError) as problem:
            if not _is_memory(problem):
                raise
            if len(seats) == 1:
                count = len(blocks[0]) + prefix.mask.shape[1]
                msg = f"The memory of {decider.loaded.device} does not hold one prompt of {count} tokens."
                raise ModelAway(msg) from problem
        else:
            return True
        # Out of the handler, so that the failed pass and what it held are gone.
        _empty(decider.loaded.device)
        self._most = max(1, len(seats) // 2)
        for seat, tokens in zip(seats, before, strict=True):
            seat.clear(tokens)
        return False

    def _prefix(self, loaded: Loaded, shared: str, ids: Sequence[int]) -> tuple[Rows, bool]:
        """Return the row that has read what all share, and whether that was done now."""
        if shared in self._prefixes:
            return self._prefixes[shared], False
        if len(self._prefixes) >= _PREFIXES:
            self._prefixes.pop(next(iter(self._prefixes)))
        try:
            self._prefixes[shared] = Rows.prefill(loaded, ids, self.work)
        except (RuntimeError, MemoryError) as problem:
            if not _is_memory(problem):
                raise
            msg = f"The memory of {loaded.device} does not hold the {len(ids)} tokens that all share."
            raise ModelAway(msg) from problem
        return self._prefixes[shared], True

    def _reply(self, seat: Seat, seconds: float) -> Reply:
        told = {
            "tokens_in": seat.tokens_in,
            "tokens_out": seat.drawn,
            "tokens_cached": seat.cached,
            "seconds": seconds,
        }
        if seat.must_write and not seat.text:
            return Reply("", "abstained", self.name, problem=CUT, **told)  # type: ignore[arg-type]
        return Reply(seat.reply(), "answered", self.name, **told)  # type: ignore[arg-type]


def _both(first: Reply, second: Reply) -> Reply:
    """Return the second try with what both cost."""
    return replace(
        second,
        tokens_in=first.tokens_in + second.tokens_in,
        tokens_out=first.tokens_out + second.tokens_out,
        tokens_cached=first.tokens_cached + second.tokens_cached,
        tries=2,
    )


def _is_memory(problem: BaseException) -> bool:
    """Return whether an error of torch says that memory ran out, on a GPU or on the CPU."""
    import torch

    if isinstance(problem, torch.OutOfMemoryError | MemoryError):
        return True
    return "not enough memory" in str(problem) or "can't allocate memory" in str(problem)


def _empty(device: str) -> None:
    if device.startswith("cuda"):
        import torch

        torch.cuda.empty_cache()


@lru_cache(maxsize=2)
def local_model(folder: str, device: str = "cpu") -> LocalModel:
    """Return this process's model of a folder: a worker loads once, whatever batches come."""
    return LocalModel(folder, device=device)
