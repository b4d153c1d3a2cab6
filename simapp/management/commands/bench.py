"""Benchmarks on the real path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.management.base import StackCommand
from simapp.management.commands.simulate import peak_rss_mib

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from simapp.engine.core.threads import Workers

Options = dict[str, Any]


class Command(StackCommand):
    """`bench step`: what a step costs, everything included; `bench scale`: how that grows with the users; `bench rank`:
    what feeds cost; `bench recommender`: how well rankings predict; `bench decide`: what a decision of a language
    model costs; `bench metrics`: what each live metric costs; `bench live`: what watching a run costs."""

    help = (
        "Measure. `step`: a fixed workload through ranking, minds, actions, metrics, PostgreSQL and Parquet. "
        "`scale`: the same at several sizes, and the exponent of its cost. `rank`: every feed made anew. "
        "`recommender`: how well collaborative rankings predict what was held back. `decide`: decisions of language "
        "models. `metrics`: what each live metric costs, in memory. `live`: from a commit to many sockets."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=list(BENCHES), help="what to measure")
        parser.add_argument("--users", type=int, help="number of users (default 10000; decide: 256)")
        parser.add_argument(
            "--sizes",
            default="10000,30000,100000,300000,1000000",
            help="scale: numbers of users, ascending (default 10000,30000,100000,300000,1000000)",
        )
        parser.add_argument("--follows", type=int, default=20, help="mean followees per user (default 20)")
        parser.add_argument("--steps", type=int, default=5, help="steps that are counted, after a warm-up (default 5)")
        parser.add_argument("--active", type=float, default=1.0, help="share of users active (default 1)")
        parser.add_argument("--seed", type=int, default=1, help="seed (default 1)")
        parser.add_argument("--threads", type=int, help="threads for kernels (never changes results)")
        parser.add_argument("--kind", choices=["hot", "interest", "x2026", "cf"], default="hot", help="rank: feed")
        parser.add_argument("--posts", type=int, default=100_000, help="rank: number of posts (default 100000)")
        parser.add_argument("--candidates", type=int, help="rank: posts offered to everybody (default: the preset's)")
        parser.add_argument("--k", type=int, help="rank: places of a feed (default: hot 100, others 10)")
        parser.add_argument("--data", help="recommender: ratings.csv, ratings.csv.gz or their folder")
        parser.add_argument(
            "--tier", default="endpoint", help="decide: endpoint, local or archetype (default endpoint)"
        )
        parser.add_argument(
            "--latency-ms",
            type=float,
            default=0.0,
            help="decide, endpoint tier: ms that the stand-in for the model takes to answer (default 0)",
        )
        parser.add_argument(
            "--config",
            default="tiny",
            help="decide, local tier: architecture, of random weights: tiny, qwen3-0.6b, llama3-8b (default tiny)",
        )
        parser.add_argument("--device", help="rank, decide (local tier): cpu or cuda (default cpu)")
        parser.add_argument("--sockets", type=int, default=500, help="live: sockets that watch (default 500)")
        parser.add_argument("--seconds", type=float, default=30.0, help="live: how long is measured (default 30)")
        parser.add_argument("--pace", type=float, default=4.0, help="live: most steps per second (default 4)")
        parser.add_argument("--keep", action="store_true", help="step: keep the run, to look at or to export")

    def preflight(self, **options: Any) -> None:
        # What is done in memory needs no database, and none is started.
        name, tier = options["name"], options["tier"]
        self.needs_services = name in ("step", "scale", "live") or (name == "decide" and tier == "endpoint")

    def handle(self, *args: Any, **options: Any) -> None:
        from simapp.engine.core.threads import Workers, default_threads

        if options["threads"] is not None and options["threads"] < 1:
            raise WrongInput(f"--threads is {options['threads']}; it must be a whole number from 1.")
        threads = options["threads"] or default_threads()
        figures = BENCHES[options["name"]]({**options, "threads": threads}, Workers(threads))
        for row in figures.get("rows", ()) if options["name"] == "recommender" else ():
            self.stdout.write("  ".join(f"{value:>12}" for value in row.values()))
        self.emit({**figures, "threads": threads, "peak_rss_mib": peak_rss_mib()})


def _step(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.benching import bench_step

    return bench_step(
        users=_users(options, 10_000), active=options["active"], keep=options["keep"], workers=workers,
        **_named(options),
    )  # fmt: skip


def _scale(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.benching import bench_scale

    return bench_scale(sizes=_sizes(options["sizes"]), workers=workers, **_named(options))


def _rank(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.bench_rank import bench_rank

    chosen = {name: options[name] for name in ("kind", "posts", "candidates", "follows", "k", "seed", "device")}
    return bench_rank(users=_users(options, 10_000), repeats=options["steps"], workers=workers, **chosen)


def _recommender(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.bench_recommender import bench_recommender

    del workers
    if options["data"] is None:
        raise WrongInput("bench recommender needs --data: ratings.csv, ratings.csv.gz or their folder.")
    return bench_recommender(Path(options["data"]))


def _metrics(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.benching_metrics import bench_metrics

    return bench_metrics(
        users=_users(options, 10_000), active=options["active"], workers=workers, **_named(options)
    )


def _decide(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.benching_decide import bench_decide

    del workers
    chosen = {name: options[name] for name in TAKES.get(options["tier"], ())}
    if "device" in chosen:
        chosen["device"] = chosen["device"] or "cpu"
    return bench_decide(options["tier"], users=_users(options, 256), seed=options["seed"], **chosen)


def _live(options: Options, workers: Workers) -> dict[str, Any]:
    from simapp.runs.benching_live.bench import bench_live

    chosen = {name: options[name] for name in ("follows", "active", "sockets", "seconds", "pace", "seed")}
    return bench_live(users=_users(options, 10_000), threads=workers.threads, **chosen)


BENCHES: dict[str, Callable[[Options, Workers], dict[str, Any]]] = {
    "step": _step, "scale": _scale, "rank": _rank, "recommender": _recommender, "decide": _decide,
    "metrics": _metrics, "live": _live,
}  # fmt: skip
# What `bench decide` hands to each tier beside users and seed.
TAKES = {
    "endpoint": ("latency_ms", "steps"),
    "archetype": ("threads", "steps"),
    "local": ("device", "config", "threads"),
}


def _users(options: Options, usual: int) -> int:
    return usual if options["users"] is None else int(options["users"])


def _named(options: Options) -> dict[str, Any]:
    return {"follows": options["follows"], "steps": options["steps"], "seed": options["seed"]}


def _sizes(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise WrongInput(f"--sizes is {text!r}; it must be whole numbers with commas between them.")
    return [int(part) for part in parts]
