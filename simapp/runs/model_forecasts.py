"""What the models of a scenario will take, forecast by a worker from a few real questions before a run is launched.

The questions go to the same models as a run's, their replies into the reply cache; no run is made. A model that cannot
be asked is said with its sentence and hides no other.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from agents.asking import Asked, ModelAway, Reply, Sampling
from agents.routing.limits import FRAME, TRIES, Limits, Metered, Price
from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.engine.core.threads import Workers, default_threads
from simapp.models import ModelForecast
from simapp.runs import answering, endpoints, forecasts, models, questions, services, tasks
from simapp.runs.extrapolation import NOTHING, Estimate, reached_at, seconds_of, total
from simapp.runs.model_probe import CALLS, Line, lines_of
from simapp.scenarios.document import load_scenario

if TYPE_CHECKING:
    from agents.asking import Model
    from simapp.models import ScenarioVersion
    from simapp.scenarios.document import Scenario

logger = logging.getLogger(__name__)

SILENT_SECONDS = 900  # a worker that has not reported for so long is gone; a local model may be slow
SHARED_BYTES = (
    6000  # of what all questions share, more than any template of ours with all actions and topics has
)
TYPICAL = 1160  # tokens of a question and its reply, of the templates as they are
AMOUNTS = ("tokens", "tokens_in", "tokens_out", "tokens_cached", "money")


@dataclass(frozen=True)
class Most:
    """What a forecast may take: about and at most so many tokens, at most so much money."""

    calls: int
    about: int
    tokens: int
    money: float


def most(document: Scenario, prices: dict[str, dict[str, float]]) -> Most:
    """Return what a forecast of a document may take; it is never exceeded (questions that do not fit are left out)."""
    said = document.minds.models
    assert said is not None  # noqa: S101 - whoever asks has looked
    size = (
        said.perception.own_tokens * 5
        + SHARED_BYTES
        + sum(len(t.encode()) for t in said.prompt.overrides.values())
    )
    read, written = TRIES * CALLS * (size + FRAME), TRIES * CALLS * said.sampling.max_tokens
    dear = [price["input"] * read + price["output"] * written for price in prices.values()]
    return Most(CALLS, CALLS * TYPICAL, read + written, max(dear, default=0.0) / 1e6)


def prices_of(member: Any, document: Scenario, project: int | None = None) -> dict[str, dict[str, float]]:
    """Return the prices of a document's models as far as they are known, as `models.note_prices` does."""
    assert document.minds.models is not None  # noqa: S101
    tiers = document.minds.models.tiers
    named = endpoints.usable(member, project)
    rows = list(named.only("name", "price_in", "price_out", "price_cached", "timeout"))
    found = {}
    for rule in tiers:
        tier = rule.asks if rule.tier == "archetype" else rule.tier
        mine = [row for row in rows if tier == "endpoint" and row.name in rule.label.split(", ")]
        found[f"{tier}/{rule.label}"] = {
            "input": max((max(row.price_in, row.price_cached or 0.0) for row in mine), default=0.0),
            "output": max((row.price_out for row in mine), default=0.0),
            "timeout": max((row.timeout for row in mine), default=models.LOCAL_SECONDS),
        }
    return found


def ask(*, version: ScenarioVersion, member: Any) -> ModelForecast:
    """Ask for a forecast of a version; a worker makes it. One that is under way is not asked for twice."""
    document = load_scenario(version.document)
    if document.minds.models is None or not document.minds.models.tiers:
        raise WrongInput("models names no tier; there is nothing to forecast.")
    with transaction.atomic():
        under_way = ModelForecast.objects.filter(
            version=version, member=member, status__in=["queued", "running"]
        )
        held = under_way.exclude(_silent()).first()
        if held is not None:
            return held
        made = ModelForecast.objects.create(version=version, member=member)
        transaction.on_commit(lambda: services.quietly(tasks.forecast_models, made.pk))
    return made


def abandoned() -> Q:
    """Return the filter of forecasts that nobody works on although they are wanted."""
    return _silent() | Q(status="queued", created__lt=Now() - timedelta(seconds=3))


def make(forecast_id: int, *, workers: Workers | None = None, model_of: Any = None) -> ModelForecast:
    """Make one forecast and keep it. A task that arrives twice makes it once.

    model_of: finds a model by (forecast, tier, name), for tests; else as a decision worker finds it.
    """
    free = Q(status="queued") | _silent()
    claimed = ModelForecast.objects.filter(free, pk=forecast_id).update(
        status="running", touched=Now(), doing="making a small world"
    )
    held = ModelForecast.objects.select_related("version", "member").get(pk=forecast_id)
    if not claimed:
        return held
    try:
        found = _found(held, workers or Workers(default_threads()), model_of or models.model_of)
    except SociariumError as problem:
        _end(held, "failed", error=str(problem))
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        logger.exception("forecast %s failed", forecast_id)
        _end(held, "failed", error=f"The forecast itself failed ({type(problem).__name__}).")
    else:
        _end(held, "done", found=found)
    held.refresh_from_db()
    return held


@dataclass
class Direct:
    """Asks models at once, in this process, and leaves their replies in the reply cache."""

    forecast: ModelForecast
    sampling: Sampling
    model_of: Any
    known: int = 0
    found: dict[tuple[str, str], Model] = field(default_factory=dict)

    def ask(self, step: int, asked: Sequence[Asked]) -> list[Reply]:
        """Return one reply per question; all go to one model. Raises ModelAway or SociariumError as the model does."""
        tier, name = asked[0].tier, asked[0].model
        if (tier, name) not in self.found:
            self.found[tier, name] = self.model_of(self.forecast, tier, name)
        model = self.found[tier, name]
        keys = [a.question.key(a.model, self.sampling) for a in asked]
        replies, cached = answering.replies_of(model, asked, keys, self.sampling)
        fresh = [i for i, known in enumerate(cached) if not known]
        with transaction.atomic():
            questions.keep_in_cache(
                [asked[i] for i in fresh], [keys[i] for i in fresh], [replies[i] for i in fresh]
            )
        self.known += sum(cached)
        return replies


def _found(held: ModelForecast, workers: Workers, model_of: Any) -> dict[str, Any]:
    document = load_scenario(held.version.document)
    said, steps = document.minds.models, document.clock.steps
    assert said is not None  # noqa: S101 - `ask` has looked
    lines = lines_of(document, steps, workers)
    prices = prices_of(held.member, document, held.project_id)
    may = most(document, prices)
    sampling = Sampling(**said.sampling.model_dump())
    direct = Direct(held, sampling, model_of)
    limits = Limits(
        may.tokens, may.money if any(p["input"] or p["output"] for p in prices.values()) else None
    )
    table = {(key.partition("/")[0], key.partition("/")[2]): Price(**price) for key, price in prices.items()}
    meter = Metered(direct, limits, sampling, table)
    shown, sums, used = [], dict.fromkeys((*AMOUNTS, "seconds", "decisions"), NOTHING), np.zeros((3, steps))
    for line in lines:
        ModelForecast.objects.filter(pk=held.pk).update(touched=Now(), doing=f"asking {line.model}"[:200])
        replies, problem = _asked(meter, line)
        amounts, row = _line(line, replies, direct)
        for name, amount in amounts.items():
            sums[name] += amount
        if replies:
            used += np.outer([_mean(replies, name) for name in ("tokens", "money", "seconds")], line.by_step)
        shown.append({**row, "problem": problem})
    engine = forecasts.forecast(document, steps)
    whole = sums["seconds"] + Estimate(engine.seconds)
    return {
        "users": document.population.users,
        "steps": steps,
        "asked": sum(row["asked"] for row in shown),
        "known": direct.known,
        "took": {"tokens": meter.spent.tokens, "money": meter.spent.money},
        "lines": shown,
        "totals": {
            **{name: amount.as_list() for name, amount in sums.items()},
            "all_seconds": whole.as_list(),
        },
        "memory": list(_memory(lines)),
        "limits": list(_limits(said.limits.model_dump(), used, sums, steps)),
    }


def _asked(meter: Metered, line: Line) -> tuple[list[Reply], str]:
    """Return what came back for a line, and in one sentence what did not."""
    if not line.asked:
        return [], "nobody of this tier was found who could be asked"
    try:
        replies = meter.ask(0, line.asked)
    except (ModelAway, SociariumError) as away:
        return [], str(away)
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        logger.exception("a forecast's questions to %s failed", line.model)
        return [], f"the questions failed ({type(problem).__name__})"
    came = [reply for reply in replies if reply.outcome in ("answered", "abstained")]
    return came, "" if came else "no question fits into what a forecast may take"


def _line(line: Line, replies: list[Reply], direct: Direct) -> tuple[dict[str, Estimate], dict[str, Any]]:
    """Return what a line will take, and the row that shows it."""
    decisions = Estimate(line.expected, line.variance)
    row: dict[str, Any] = {
        "tier": line.tier, "kind": line.kind, "model": line.model, "asked": len(replies),
        "unread": sum(reply.outcome == "abstained" for reply in replies), "decisions": decisions.as_list(),
    }  # fmt: skip
    if not replies:
        return {"decisions": decisions}, row
    found = {
        name: total([_amount(reply, name) for reply in replies], line.expected, line.variance)
        for name in AMOUNTS
    }
    endpoints = getattr(direct.found.get((line.to, line.model)), "endpoints", ())
    at_once = sum(endpoint.concurrency for endpoint in endpoints) or 1
    found["seconds"] = seconds_of(
        line.by_step, line.variance, [reply.seconds for reply in replies], at_once, batched=line.to == "local"
    )
    row |= {name: amount.as_list() for name, amount in found.items()}
    row["each"] = {"tokens_in": _mean(replies, "tokens_in"), "tokens_out": _mean(replies, "tokens_out"),
                   "seconds": _mean(replies, "seconds")}  # fmt: skip
    return {**found, "decisions": decisions}, row


def _amount(reply: Reply, name: str) -> float:
    if name == "tokens":
        return reply.tokens_in + reply.tokens_out
    return float({"money": reply.cost}.get(name, getattr(reply, name, 0.0)))


def _mean(replies: Sequence[Reply], name: str) -> float:
    return float(np.mean([_amount(reply, name) for reply in replies]))


def _memory(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """Give the bytes of each local model's weights as they lie in its folder: parameters x bytes of each."""
    for name in dict.fromkeys(line.model for line in lines if line.to == "local"):
        folder = models.models_folder() / name
        files = [*folder.glob("*.safetensors"), *folder.glob("*.bin")] if folder.is_dir() else []
        if files:
            yield {"model": name, "bytes": sum(file.stat().st_size for file in files)}


def _limits(
    limits: dict[str, Any], used: np.ndarray, sums: dict[str, Estimate], steps: int
) -> Iterator[dict[str, Any]]:
    """Give each limit that the scenario sets: whether, and after about which step, it is reached.

    used float64[3, S]: tokens, money and seconds by step, as expected.
    """
    for row, name in enumerate(("tokens", "money", "seconds")):
        if limits[name] is None:
            continue
        low, amount, high = sums["seconds" if name == "seconds" else name].as_list()
        if name == "seconds":
            # The limit counts what every call works, however many run beside each other.
            low, amount, high = (
                float(used[row].sum() * part / max(amount, 1e-9)) for part in (low, amount, high)
            )
        scale = [part / amount if amount else 0.0 for part in (high, amount, low)]
        at = [reached_at(used[row] * part, limits[name]) for part in scale]
        yield {"name": name, "limit": limits[name], "then": limits["then"], "steps": steps, "at": at}


def _end(held: ModelForecast, status: str, *, error: str = "", found: dict[str, Any] | None = None) -> None:
    ModelForecast.objects.filter(pk=held.pk, status="running").update(
        status=status, error=error, found=found or {}, doing="", ended=timezone.now()
    )


def _silent() -> Q:
    return Q(status="running", touched__lt=Now() - timedelta(seconds=SILENT_SECONDS))
