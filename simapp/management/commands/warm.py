"""Compile the kernels and embed the gallery's texts, so that the first run starts at once."""

from __future__ import annotations

import time
from typing import Any

from simapp.management.base import StackCommand


class Command(StackCommand):
    """Run each gallery scenario for a few steps in memory; numba keeps what it compiled, the encoder what it read."""

    help = "Compile the kernels and embed the texts of the gallery (set-up does this)."
    needs_services = False

    def handle(self, *args: Any, **options: Any) -> None:
        from recommender.embeddings.minilm import MiniLM
        from recommender.embeddings.store import TextVectors
        from simapp.runs.assemble import embedding_cache, text_pool
        from simapp.runs.forecasts import reads_texts
        from simapp.runs.warming import rehearse, rehearse_drawing, rehearse_models

        began = time.perf_counter()
        played = rehearse()
        rehearse_models()
        rehearse_drawing()
        texts = {scenario.topics for scenario in played if reads_texts(scenario)}
        self.stdout.write(f"kernels are compiled ({time.perf_counter() - began:.0f} s)")
        began = time.perf_counter()
        for topics in texts:
            pool = text_pool(topics)
            # Comments are not ranked, so only posts and quotes are ever compared.
            shown = [text for text, kind in zip(pool.texts, pool.kind.tolist(), strict=True) if kind != 1]
            TextVectors(MiniLM(), embedding_cache()).vectors(shown)
            self.stdout.write(f"{len(shown)} texts are embedded ({time.perf_counter() - began:.0f} s)")
