"""The drawings and the figures of the gallery's cards, from runs of its scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.management.base import StackCommand, WrongInput

if TYPE_CHECKING:
    from argparse import ArgumentParser

ROOT = Path(__file__).resolve().parents[3]
PICTURES = ROOT / "static" / "img" / "gallery"
FIRST_SEED = 7


class Command(StackCommand):
    """Run every scenario of the gallery and its control with the same seeds; draw the first pair, keep the figures."""

    help = (
        "Run gallery scenarios and their controls in memory; write static/img/gallery/SLUG.svg and "
        "simapp/scenarios/gallery/measured.json, and print the table of docs/gallery.md."
    )
    needs_services = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="scenarios (default: all)")
        parser.add_argument("--seeds", type=int, default=5, help="pairs of runs, seeds from 7 on (default 5)")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.engine.core.threads import default_threads
        from simapp.fidelity.gallery import STUDIES, measure
        from simapp.scenarios.measured import Measured, keep
        from simapp.web.thumbnail import draw

        chosen = options["slugs"] or list(STUDIES)
        unknown = [slug for slug in chosen if slug not in STUDIES]
        if unknown:
            raise WrongInput(f"There is no gallery scenario {unknown[0]!r}; known: {', '.join(STUDIES)}.")
        if not 1 <= options["seeds"] <= 100:
            raise WrongInput(f"--seeds is {options['seeds']}; it must be a whole number from 1 to 100.")
        seeds, told = range(FIRST_SEED, FIRST_SEED + options["seeds"]), {}
        for slug in chosen:
            study, threads = STUDIES[slug], default_threads()
            pairs = []
            for seed in seeds:
                here = measure(slug, seed, threads=threads)
                there = measure(slug, seed, control=True, threads=threads)
                pairs.append((here, there))
            (PICTURES / f"{slug}.svg").write_text(draw(pairs[0][0].series, pairs[0][1].series), encoding="utf-8")
            also = {name: [(a.also[name], b.also[name]) for a, b in pairs] for name in study.also}
            found = Measured.of(slug, study, [(a.value, b.value) for a, b in pairs], also)
            keep(found)
            told[slug] = found.as_dict()
            self.stdout.write(found.row())
        self.emit({"scenarios": told, "seeds": list(seeds)})

