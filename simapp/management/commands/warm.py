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
        from simapp.engine.core.streams import Streams
        from simapp.engine.core.threads import Workers
        from simapp.runs.assemble import Parts, embedding_cache, text_pool
        from simapp.runs.replaying import Nothing
        from simapp.scenarios.gallery import get_gallery, list_gallery
        from simapp.scenarios.paths import set_path
        from simapp.scenarios.population.build import build_population

        began = time.perf_counter()
        texts: set[tuple[str, ...]] = set()
        for slug in list_gallery():
            scenario = set_path(get_gallery(slug), "population.users=60")
            parts = Parts(scenario, Streams(1), Workers())
            people = build_population(scenario, parts.streams)
            simulation = parts.simulation(parts.found_world(people), Nothing())
            simulation.found(parts.seeds(simulation.world, people.seed_posts))
            for _ in range(3):
                simulation.step()
            if scenario.feed.preset == "interest":
                texts.add(scenario.topics)
        self.stdout.write(f"kernels are compiled ({time.perf_counter() - began:.0f} s)")
        began = time.perf_counter()
        for topics in texts:
            pool = text_pool(topics)
            # Comments are not ranked, so only posts and quotes are ever compared.
            shown = [text for text, kind in zip(pool.texts, pool.kind.tolist(), strict=True) if kind != 1]
            TextVectors(MiniLM(), embedding_cache()).vectors(shown)
            self.stdout.write(f"{len(shown)} texts are embedded ({time.perf_counter() - began:.0f} s)")
