"""Build the pool of texts of a run: topic lines, put into frames, said in a voice, all distinct.

The rule behind the sizes: with one text per post drawn uniformly over the templates of a cell, no template
may exceed 1 % of posts even if everybody posts on one topic with one stance. 130 templates per post cell
give 0.77 % each, which leaves room for the scatter of 20,000 draws (4 standard deviations).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.text.compose import Composer
from agents.text.frames import CELLS, POST
from agents.text.library import get_topic
from agents.text.pool import TextPool
from simapp.engine.core.streams import Streams

MIN_POSTS = 130
MIN_REPLIES = 62


def _floor(kind: int) -> int:
    """Return the fewest templates of a cell of this kind."""
    return MIN_POSTS if kind == POST else MIN_REPLIES


MIN_PER_TOPIC = sum(_floor(kind) for kind, _, _ in CELLS)
MAX_PER_TOPIC = 8192

__all__ = ["MAX_PER_TOPIC", "MIN_PER_TOPIC", "TextPool", "build_pool"]


def build_pool(topics: Sequence[str], seed: int, size: int = 4096) -> TextPool:
    """Return distinct texts on the topics, the same for the same arguments.

    `topics` are slugs of `library.list_topics()`, at least one, none twice; `seed` is in 0 .. 2**63 - 1.
    `size` is the number of texts, raised to 1,022 per topic where it is less: that many the 1 % rule needs
    (so five topics or more give a pool larger than 4,096). Raises ValueError naming what is wrong.
    """
    slugs = tuple(topics)
    if not slugs:
        raise ValueError("topics must name at least one topic")
    if len(set(slugs)) != len(slugs):
        raise ValueError(f"topics must not repeat, but are {', '.join(slugs)}")
    if not 1 <= size <= MAX_PER_TOPIC * len(slugs):
        raise ValueError(f"size must be 1 to {MAX_PER_TOPIC} per topic, not {size}")
    streams = Streams(seed)
    taken: set[str] = set()
    texts: list[str] = []
    rows: list[tuple[int, float, int, int, int]] = []
    cell_start, template_start = [0], [0]
    for position, (slug, share) in enumerate(zip(slugs, _spread(size, len(slugs)), strict=True)):
        composer = Composer(get_topic(slug), streams, taken)
        for cell, (kind, _, _) in enumerate(CELLS):
            for made in composer.fill(cell, _cell_size(cell, share), _floor(kind)):
                template = len(template_start) - 1
                for text, tone in made.texts:
                    texts.append(text)
                    rows.append((position, made.stance, int(tone), template, kind))
                template_start.append(len(texts))
            cell_start.append(len(template_start) - 1)
    columns = list(zip(*rows, strict=True))
    return TextPool(
        topics=slugs,
        texts=texts,
        topic=np.array(columns[0], np.int16),
        stance=np.array(columns[1], np.float32),
        tone=np.array(columns[2], np.uint8),
        template=np.array(columns[3], np.int32),
        kind=np.array(columns[4], np.uint8),
        cell_start=np.array(cell_start, np.int64),
        template_start=np.array(template_start, np.int64),
    )


def _spread(size: int, topics: int) -> list[int]:
    """Return how many texts each topic gets: equal but for a remainder of one, never below the minimum."""
    base, more = divmod(size, topics)
    return [max(MIN_PER_TOPIC, base + (position < more)) for position in range(topics)]


def _cell_size(cell: int, topic_size: int) -> int:
    """Return the texts of one cell: in proportion to the minima, with the remainder spread over the first."""
    weights = [_floor(kind) for kind, _, _ in CELLS]
    bounds = [round(topic_size * sum(weights[:i]) / MIN_PER_TOPIC) for i in range(len(weights) + 1)]
    return bounds[cell + 1] - bounds[cell]
