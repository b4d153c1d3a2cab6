"""Draws follow the model's probabilities and are keyed by the question alone."""

from __future__ import annotations

import numpy as np
import pytest

from agents.inference.local.sampling import pick_among, pick_token, uniforms

N = 20_000
DRAWS = (np.arange(N) + 0.5) / N


def test_draws_are_uniform_and_a_function_of_seed_and_number() -> None:
    seeds = np.arange(5000)
    drawn = uniforms(seeds, np.zeros(5000, np.int64))
    assert ((drawn >= 0) & (drawn < 1)).all()
    assert drawn.mean() == pytest.approx(0.5, abs=0.02)
    assert np.array_equal(drawn[100:200], uniforms(seeds[100:200], np.zeros(100, np.int64)))
    assert not np.intersect1d(drawn, uniforms(seeds, np.ones(5000, np.int64))).size


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_options_are_taken_as_often_as_the_model_says(temperature: float) -> None:
    import torch

    logits = torch.tensor([1.0, -9.0, 0.3, 2.0]).expand(N, 4)
    taken, told = pick_among(logits, [[3, 0, 2]] * N, DRAWS, temperature)
    expected = torch.softmax(torch.tensor([2.0, 1.0, 0.3]).double() / temperature, 0).numpy()
    np.testing.assert_allclose(np.bincount(taken, minlength=3) / N, expected, atol=2 / N)
    plain = torch.log_softmax(torch.tensor([2.0, 1.0, 0.3]).double(), 0).numpy()
    np.testing.assert_allclose(told, plain[taken], atol=1e-6)


def test_rows_with_fewer_options_never_take_a_missing_one() -> None:
    import torch

    logits = torch.zeros(3, 9)
    taken, _ = pick_among(logits, [[1], [1, 2, 3], [4, 5]], np.array([0.999999, 0.999999, 0.999999]), 1.0)
    assert taken.tolist() == [0, 2, 1]
    assert pick_among(logits, [[1], [1, 2, 3], [4, 5]], np.zeros(3), 0.0)[0].tolist() == [0, 0, 0]


def test_a_token_is_one_of_those_allowed_and_likely() -> None:
    import torch

    logits = torch.tensor([5.0, 1.0, 0.0, 0.9, -3.0]).expand(N, 5)
    allowed = torch.tensor([False, True, True, True, True]).expand(N, 5)
    found = np.bincount(pick_token(logits, allowed, DRAWS, 1.0, 1.0), minlength=5) / N
    expected = torch.softmax(torch.tensor([1.0, 0.0, 0.9, -3.0]).double(), 0).numpy()
    np.testing.assert_allclose(found[1:], expected, atol=2 / N)
    assert found[0] == 0
    few = set(pick_token(logits, allowed, DRAWS, 1.0, 0.6))
    assert few == {1, 3}
    assert set(pick_token(logits, allowed, DRAWS, 1.0, 1e-9)) == {1}
    assert set(pick_token(logits, allowed, DRAWS, 0.0, 1.0)) == {1}
