"""`--threads` and `--batch`, which cut the work and never change a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from simapp.engine.core.threads import Workers


def add_worker_options(parser: ArgumentParser) -> None:
    """Declare both options."""
    parser.add_argument("--threads", type=int, help="threads for kernels (never changes results)")
    parser.add_argument("--batch", type=int, help="users per batch (never changes results)")


def workers_from(options: dict[str, Any]) -> Workers:
    """Return how work is cut; WrongInput for a number below 1."""
    from simapp.engine.core.threads import Workers, default_threads

    for name in ("threads", "batch"):
        if options[name] is not None and options[name] < 1:
            msg = f"--{name} is {options[name]}; it must be a whole number from 1."
            raise WrongInput(msg)
    return Workers(options["threads"] or default_threads(), options["batch"] or Workers().batch)
