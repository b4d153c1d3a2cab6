"""Show a person what the grammar writes: `python -m agents.text.sample --topic housing --seed 7`."""

from __future__ import annotations

import argparse
import sys

import numpy as np

from agents.text.grammar import build_pool
from agents.text.library import list_topics
from agents.text.pool import TextPool
from agents.text.tones import Tone
from simapp.engine.core.streams import Streams

_KINDS = ("post", "comment", "quote")


def render_table(pool: TextPool, rows: int = 50, seed: int = 0) -> str:
    """Return a plain table of `rows` texts drawn evenly from the pool, one per line, in its order."""
    keys = Streams(seed).bits("text/sample", item=np.arange(len(pool)))
    shown = np.sort(np.argsort(keys, kind="stable")[:rows])
    lines = [f"{'topic':10} {'kind':7} {'stance':>6}  {'tone':8} {'template':>8}  text"]
    lines += [
        f"{pool.topics[pool.topic[i]]:10} {_KINDS[pool.kind[i]]:7} {pool.stance[i]:+6.2f}  "
        f"{Tone(pool.tone[i]).name.lower():8} {pool.template[i]:8d}  {pool.texts[i]}"
        for i in shown.tolist()
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Print samples; return 0, or 2 for wrong input."""
    parser = argparse.ArgumentParser(description="Samples of the text grammar")
    parser.add_argument("--topic", action="append", help=f"{', '.join(list_topics())}; may be repeated")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=50)
    asked = parser.parse_args(argv)
    try:
        pool = build_pool(asked.topic or list_topics(), asked.seed)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(render_table(pool, asked.rows, asked.seed) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
