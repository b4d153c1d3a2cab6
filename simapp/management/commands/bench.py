"""Benchmarks on the real path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.commands.simulate import peak_rss_mib

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """`bench step`: what a step costs; `bench scale`: how that grows with the users; `bench rank`: what feeds cost."""

    help = (
        "Measure. `bench step`: a fixed workload through ranking, minds, actions, metrics, PostgreSQL and Parquet. "
        "`bench scale`: the same at several sizes, and the exponent of its cost. `bench rank`: every feed made anew. "
        "`bench recommender`: how well collaborative rankings predict what was held back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=["step", "scale", "rank", "recommender"], help="what to measure")
        parser.add_argument("--users", type=int, default=10_000, help="step: number of users (default 10000)")
        parser.add_argument(
            "--sizes",
            default="10000,30000,100000,300000,1000000",
            help="scale: numbers of users, ascending (default 10000,30000,100000,300000,1000000)",
        )
        parser.add_argument("--follows", type=int, default=20, help="mean followees per user (default 20)")
        parser.add_argument("--steps", type=int, default=5, help="steps that are counted, after a warm-up (default 5)")
        parser.add_argument("--active", type=float, default=1.0, help="step: share of users active (default 1)")
        parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
        parser.add_argument("--threads", type=int, help="threads for kernels (never changes results)")
        parser.add_argument("--kind", choices=["hot", "interest", "x2026", "cf"], default="hot", help="rank: feed")
        parser.add_argument("--posts", type=int, default=100_000, help="rank: number of posts (default 100000)")
        parser.add_argument("--candidates", type=int, help="rank: posts offered to everybody (default: the preset's)")
        parser.add_argument("--k", type=int, help="rank: places of a feed (default: hot 100, others 10)")
        parser.add_argument("--device", choices=["cpu", "cuda"], help="rank: where vectors are compared")
        parser.add_argument("--data", help="recommender: ratings.csv, ratings.csv.gz or their folder")
        parser.add_argument("--keep", action="store_true", help="step: keep the run, to look at or to export")

    def preflight(self, **options: Any) -> None:
        # Rankings are made in memory: no database is needed, and none is started.
        self.needs_services = options["name"] not in ("rank", "recommender")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.engine.core.threads import Workers, default_threads
        from simapp.runs.benching import bench_scale, bench_step

        if options["threads"] is not None and options["threads"] < 1:
            raise WrongInput(f"--threads is {options['threads']}; it must be a whole number from 1.")
        threads = options["threads"] or default_threads()
        named = {"follows": options["follows"], "steps": options["steps"], "seed": options["seed"]}
        if options["name"] == "recommender":
            self._offline(options["data"])
            return
        if options["name"] == "rank":
            from simapp.runs.bench_rank import bench_rank

            chosen = {name: options[name] for name in ("kind", "users", "posts", "candidates", "follows", "k", "seed")}
            figures = bench_rank(
                **chosen, device=options["device"], repeats=options["steps"], workers=Workers(threads)
            )
        elif options["name"] == "scale":
            figures = bench_scale(sizes=_sizes(options["sizes"]), workers=Workers(threads), **named)
        else:
            figures = bench_step(
                users=options["users"],
                active=options["active"],
                workers=Workers(threads),
                keep=options["keep"],
                **named,
            )
        self.emit({**figures, "threads": threads, "peak_rss_mib": peak_rss_mib()})

    def _offline(self, data: str | None) -> None:
        from pathlib import Path

        from simapp.runs.bench_recommender import bench_recommender

        if data is None:
            raise WrongInput("bench recommender needs --data: ratings.csv, ratings.csv.gz or their folder.")
        figures = bench_recommender(Path(data))
        for row in figures["rows"]:
            self.stdout.write("  ".join(f"{value:>12}" for value in row.values()))
        self.emit({**figures, "peak_rss_mib": peak_rss_mib()})


def _sizes(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise WrongInput(f"--sizes is {text!r}; it must be whole numbers with commas between them.")
    return [int(part) for part in parts]
