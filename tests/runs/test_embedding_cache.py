"""Where encoded texts are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simapp.runs.assemble import embedding_cache


def test_encoded_texts_lie_beside_the_runs_unless_a_folder_is_named(settings: Any, tmp_path: Path) -> None:
    settings.SOCIARIUM_DATA_ROOT = tmp_path / "data"
    settings.SOCIARIUM_EMBEDDINGS = ""
    assert embedding_cache() == tmp_path / "data" / "embeddings"
    settings.SOCIARIUM_EMBEDDINGS = str(tmp_path / "shared")
    assert embedding_cache() == tmp_path / "shared"
