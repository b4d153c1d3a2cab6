"""The pool of texts: distinct, clean, varied, and the same every time."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from agents.text.compose import Composer
from agents.text.grammar import MIN_PER_TOPIC, build_pool
from agents.text.lexicon import LEXICON
from agents.text.library import BANKS, get_topic, read_lines
from agents.text.tones import Tone
from simapp.engine.core.streams import Streams
from tests.agents.text.pools import ALL, pool_of

GALLERY_LIKE = [("housing",), ("climate", "transport"), ("health", "sport", "technology"), ALL[:6], ALL]
WORD = re.compile(r"[a-z0-9']+")


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower())


@pytest.mark.parametrize("topics", [*GALLERY_LIKE, *[(slug,) for slug in ALL]])
def test_two_thousand_texts_and_more_no_two_alike(topics: tuple[str, ...]) -> None:
    pool = pool_of(*topics)
    assert len(pool) == max(4096, MIN_PER_TOPIC * len(topics)) >= 2000
    assert len({" ".join(words_of(text)) for text in pool.texts}) == len(pool)


def test_a_small_size_is_raised_to_what_the_one_percent_rule_needs() -> None:
    assert len(build_pool(["work"], 1, size=10)) == MIN_PER_TOPIC
    assert len(build_pool(["work"], 1, size=5000)) == 5000


@pytest.mark.parametrize("seed", [7, 2**63 - 1])
def test_texts_are_clean_and_short_enough(seed: int) -> None:
    for text in pool_of(*ALL, seed=seed).texts:
        assert 3 <= len(words_of(text)) <= 60, text
        assert len(text) <= 280, text
        assert not re.search(r"[{}|_~^]|  |\s[.,!?;:]|[,:]\.|(?<!\.)\.\.(?!\.)|[!?]\.", text), text
        assert text == text.strip()
        assert not any(unicodedata.category(char).startswith("C") for char in text), text


def test_a_line_that_ends_like_a_lead_in_still_ends_its_sentence() -> None:
    """Only openings lead on; a claim ending in "that" must not run into the next sentence."""
    block = "\n".join(f"line {chr(97 + i)}{chr(98 + j)} says that" for i in range(8) for j in range(5))
    lines = read_lines(block, LEXICON)
    topic = replace(get_topic("work"), banks=dict.fromkeys(BANKS, lines))
    made = Composer(topic, Streams(1), set()).fill(0, 200, 50)
    texts = [text for template in made for text, _ in template.texts]
    assert len(texts) == 200
    for text in texts:
        assert not re.search(r"says that [a-z]", text, re.IGNORECASE), text


def test_a_topic_with_too_few_lines_is_named() -> None:
    topic = replace(get_topic("work"), banks=dict.fromkeys(BANKS, read_lines("only one line", LEXICON)))
    with pytest.raises(ValueError, match="'work' has too few lines"):
        Composer(topic, Streams(1), set()).fill(0, 200, 50)


def test_the_same_arguments_give_the_same_pool() -> None:
    first, again = build_pool(["schools", "sport"], 3), build_pool(["schools", "sport"], 3)
    assert first.texts == again.texts
    for column in ("topic", "stance", "tone", "template", "kind"):
        np.testing.assert_array_equal(getattr(first, column), getattr(again, column))


def test_another_seed_gives_other_texts() -> None:
    shared = set(pool_of("schools", seed=3).texts) & set(pool_of("schools", seed=4).texts)
    assert len(shared) < 0.1 * 4096


def test_a_topic_reads_the_same_whatever_stands_beside_it() -> None:
    """Texts are keyed by topic, so adding a topic does not rewrite the others."""
    alone = build_pool(["work"], 5, size=1)
    beside = build_pool(["health", "work"], 5, size=1)
    assert alone.texts == [beside.texts[i] for i in np.flatnonzero(beside.topic == 1)]


@pytest.mark.parametrize("slug", ALL)
def test_columns_agree_with_their_promises(slug: str) -> None:
    pool = pool_of(slug)
    assert (pool.topic.dtype, pool.stance.dtype, pool.tone.dtype) == (np.int16, np.float32, np.uint8)
    assert (pool.template.dtype, pool.kind.dtype) == (np.int32, np.uint8)
    assert np.abs(pool.stance).max() <= 1
    assert set(pool.kind.tolist()) == {0, 1, 2}
    posts = pool.kind == 0
    assert set(pool.tone[posts].tolist()) == {int(tone) for tone in Tone}
    for low, high in ((-1.01, -0.62), (-0.62, -0.2), (-0.2, 0.2), (0.2, 0.62), (0.62, 1.01)):
        assert ((pool.stance[posts] >= low) & (pool.stance[posts] < high)).sum() >= 130


@pytest.mark.parametrize("slug", ALL)
def test_lengths_are_spread_from_terse_to_wordy(slug: str) -> None:
    pool = pool_of(slug)
    lengths = np.array([len(words_of(pool.texts[i])) for i in np.flatnonzero(pool.kind == 0)])
    assert np.quantile(lengths, 0.05) <= 12
    assert 15 <= np.median(lengths) <= 27
    assert np.quantile(lengths, 0.95) >= 28
    assert lengths.std() >= 6


@pytest.mark.parametrize("slug", ALL)
def test_posts_do_not_all_sound_alike(slug: str) -> None:
    """Bars, for the posts of a topic: no four words in a row are in over 4 % of them (7 % on one side, the
    worst a reader can meet), no two first words in over 5 %, and 800 different words are used.
    """
    pool = pool_of(slug)
    for side, bar in ((None, 0.04), (-1, 0.07), (1, 0.07)):
        chosen = (pool.kind == 0) & (True if side is None else pool.stance * side > 0.2)
        posts = [words_of(pool.texts[i]) for i in np.flatnonzero(chosen)]
        fours: Counter[tuple[str, ...]] = Counter()
        for post in posts:
            fours.update(set(zip(post, post[1:], post[2:], post[3:], strict=False)))
        ((four, count),) = fours.most_common(1)
        assert count <= bar * len(posts), f"{' '.join(four)}: {count} of {len(posts)}"
    starts = Counter(tuple(post[:2]) for post in posts)
    assert starts.most_common(1)[0][1] <= 0.05 * len(posts), starts.most_common(1)
    assert len({word for text in pool.texts for word in words_of(text)}) >= 800


@pytest.mark.parametrize(
    ("topics", "seed", "size", "message"),
    [
        ([], 1, 4096, "at least one topic"),
        (["work", "work"], 1, 4096, "must not repeat"),
        (["astrology"], 1, 4096, "'astrology' has no texts"),
        (["work"], -1, 4096, "seed must be between"),
        (["work"], 1, 0, "size must be 1 to"),
        (["work"], 1, 10**6, "size must be 1 to"),
    ],
)
def test_wrong_arguments_are_named(topics: list[str], seed: int, size: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_pool(topics, seed, size)
