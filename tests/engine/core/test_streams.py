from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.core import ids
from simapp.engine.core.streams import MAX_SEED, Streams

seeds = st.integers(0, MAX_SEED)


@given(seeds, st.integers(0, 1000), st.integers(0, ids.MAX_USERS), st.integers(0, 2**62))
def test_a_draw_depends_on_its_key_alone_and_not_on_its_batch(
    seed: int, step: int, user: int, item: int
) -> None:
    alone = Streams(seed).uniform("x", step=step, user=user, item=item)
    crowd = Streams(seed).uniform("x", step=step, user=[5, user, 9], item=[1, item, 2])
    assert alone == crowd[1]


@given(seeds)
def test_every_part_of_the_key_matters(seed: int) -> None:
    s = Streams(seed)
    base = s.bits("x", step=3, user=4, item=5)
    others = [
        s.bits("y", step=3, user=4, item=5),
        s.bits("x", step=4, user=4, item=5),
        s.bits("x", step=3, user=5, item=5),
        s.bits("x", step=3, user=4, item=6),
        s.bits("x", step=3, user=5, item=4),
        Streams((seed + 1) % MAX_SEED).bits("x", step=3, user=4, item=5),
    ]
    assert all(base != other for other in others)


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 12345])
def test_uniform_draws_have_the_moments_of_the_uniform_law(seed: int) -> None:
    n = 200_000
    by_user = Streams(seed).uniform("m", step=1, user=np.arange(n))
    by_item = Streams(seed).uniform("m", step=1, user=3, item=np.arange(n))
    by_step = np.array([Streams(seed).uniform("m", step=k) for k in range(2_000)])
    for u in (by_user, by_item, by_step):
        sd = 1 / np.sqrt(12 * u.shape[0])
        assert abs(u.mean() - 0.5) < 4.5 * sd
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4.5 / np.sqrt(u.shape[0])
        counts = np.bincount((u * 64).astype(int), minlength=64)
        chi2 = ((counts - u.shape[0] / 64) ** 2 / (u.shape[0] / 64)).sum()
        assert chi2 < 63 + 4.5 * np.sqrt(2 * 63)
    assert abs(np.corrcoef(by_user, by_item)[0, 1]) < 4.5 / np.sqrt(n)


def test_every_bit_of_a_draw_is_fair() -> None:
    bits = Streams(11).bits("b", user=np.arange(100_000))
    ones = np.array([((bits >> np.uint64(k)) & np.uint64(1)).mean() for k in range(64)])
    assert np.all(np.abs(ones - 0.5) < 4.5 * 0.5 / np.sqrt(100_000))


def test_normal_draws_have_mean_zero_and_variance_one() -> None:
    z = Streams(5).normal("n", user=np.arange(200_000))
    assert abs(z.mean()) < 0.011
    assert abs(z.var() - 1) < 0.016


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_a_seed_out_of_range_is_refused_with_its_value(seed: int) -> None:
    with pytest.raises(ValueError, match=str(seed)):
        Streams(seed)


@given(st.integers(0, ids.MAX_USERS), st.integers(0, ids.MAX_STEPS), st.integers(0, ids.MAX_PER_STEP - 1))
def test_a_post_key_names_author_step_and_ordinal(author: int, step: int, n: int) -> None:
    key = ids.post_key(author, step, n)
    assert key >= 0
    assert tuple(int(part) for part in ids.split_post_key(key)) == (author, step, n)
