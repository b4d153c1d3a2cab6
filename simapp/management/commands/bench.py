"""Benchmarks on the real path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.commands.simulate import peak_rss_mib

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(StackCommand):
    """`bench step`: what a step costs, everything included."""

    help = "Measure. `bench step`: a fixed workload through ranking, minds, actions, metrics, PostgreSQL and Parquet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=["step"], help="what to measure")
        parser.add_argument("--users", type=int, default=10_000, help="number of users (default 10000)")
        parser.add_argument("--follows", type=int, default=20, help="mean followees per user (default 20)")
        parser.add_argument("--steps", type=int, default=5, help="steps that are counted, after a warm-up (default 5)")
        parser.add_argument("--active", type=float, default=1.0, help="share of users active per step (default 1)")
        parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
        parser.add_argument("--threads", type=int, help="threads for kernels (never changes results)")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.engine.core.threads import Workers, default_threads
        from simapp.runs.benching import bench_step

        if options["threads"] is not None and options["threads"] < 1:
            raise WrongInput(f"--threads is {options['threads']}; it must be a whole number from 1.")
        threads = options["threads"] or default_threads()
        figures = bench_step(
            users=options["users"],
            follows=options["follows"],
            steps=options["steps"],
            active=options["active"],
            seed=options["seed"],
            workers=Workers(threads),
        )
        self.emit({**figures, "threads": threads, "peak_rss_mib": peak_rss_mib()})
