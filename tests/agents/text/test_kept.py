"""Kept pools are what would be built, however often they are read, and anything wrong with one costs only time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents.text import kept
from agents.text.grammar import build_pool
from agents.text.kept import _COLUMNS, kept_pool
from agents.text.pool import TextPool

TOPICS, SIZE = ("work",), 1100


@pytest.fixture(scope="module")
def built() -> TextPool:
    return build_pool(TOPICS, 3, SIZE)


def same(one: TextPool, other: TextPool) -> bool:
    columns = ((getattr(one, name), getattr(other, name)) for name in _COLUMNS)
    return (one.topics, one.texts) == (other.topics, other.texts) and all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in columns
    )


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch, built: TextPool) -> list[object]:
    """Return the arguments with which pools are built from here on."""
    asked: list[object] = []

    def build(*arguments: object) -> TextPool:
        asked.append(arguments)
        return built

    monkeypatch.setattr(kept, "build_pool", build)
    return asked


def test_a_pool_is_built_once_and_read_as_it_was(tmp_path: Path, built: TextPool, unbuilt: list[object]) -> None:
    first, again = (kept_pool(TOPICS, 3, SIZE, folder=tmp_path / "new") for _ in range(2))
    assert unbuilt == [(TOPICS, 3, SIZE)]
    assert again is not built
    assert same(first, built)
    assert same(again, built)


def test_other_arguments_and_other_sources_are_another_pool(
    tmp_path: Path, unbuilt: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [(TOPICS, 3, SIZE), (TOPICS, 4, SIZE), (TOPICS, 3, SIZE + 1), (("health",), 3, SIZE)]
    for arguments in asked:
        kept_pool(*arguments, folder=tmp_path)
    assert unbuilt == asked
    monkeypatch.setattr(kept, "sources", lambda: "others")
    kept_pool(*asked[0], folder=tmp_path)
    assert len(unbuilt) == 5
    # What the sources of before made is of no use to anybody any more.
    assert [path.name.split("-")[1] for path in tmp_path.glob("pool-*")] == ["others"]


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_damaged_file_is_written_anew(
    content: bytes | None, tmp_path: Path, built: TextPool, unbuilt: list[object]
) -> None:
    kept_pool(TOPICS, 3, SIZE, folder=tmp_path)
    (path,) = tmp_path.glob("pool-*.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert same(kept_pool(TOPICS, 3, SIZE, folder=tmp_path), built)
    assert len(unbuilt) == 2
    assert path.read_bytes() == whole


def test_where_nothing_can_be_written_pools_are_built(tmp_path: Path, built: TextPool, unbuilt: list[object]) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    assert same(kept_pool(TOPICS, 3, SIZE, folder=blocked / "below"), built)
    assert len(unbuilt) == 1


def test_only_so_many_are_kept(tmp_path: Path, unbuilt: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 3)
    for seed in range(5):
        kept_pool(TOPICS, seed, SIZE, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    assert kept_pool(TOPICS, 4, SIZE, folder=tmp_path)
    assert len(unbuilt) == 5


def test_whatever_texts_come_from_changes_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "topics/t.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("before")
    monkeypatch.setattr(kept, "HERE", tmp_path)
    names = {kept.sources.__wrapped__()}
    for name in ("a.py", "topics/t.toml"):
        (tmp_path / name).write_text("after")
        names.add(kept.sources.__wrapped__())
    assert len(names) == 3
