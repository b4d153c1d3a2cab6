"""What the run page says about language models: who decided, what it took so far, how far the limits are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simapp.models import FidelityGap
from simapp.web.numbers import clock_time, thousands, three_digits

if TYPE_CHECKING:
    from simapp.models import Run
    from simapp.runs.messages import StepMessage

TIERS = (("endpoint", "endpoint"), ("local", "local model"), ("archetype", "archetypes"))
CHANCE = 0.05


@dataclass(frozen=True)
class Meter:
    """What was spent of one thing. limit: in words, "" where there is none; share: of the limit, in %."""

    name: str
    spent: str
    limit: str = ""
    share: float = 0.0


def context(run: Run, last: StepMessage | None) -> dict[str, Any]:
    """Return what run/models.html needs; `models` is None where nobody thinks with a model."""
    said = (run.scenario_version.document.get("minds") or {}).get("models") or {}
    if not said.get("tiers"):
        return {"models": None}
    counts, rate = (last.counts if last else {}), run.heartbeat.get("rate")
    moving = run.status == "running" and rate
    tokens = counts.get("model_tokens", 0)
    groups = any(rule["tier"] == "archetype" for rule in said["tiers"])
    answers = counts.get("models_answered", 0) + counts.get("models_abstained", 0)
    return {
        "models": {
            "run": run,
            "tiers": [
                (word, thousands(counts.get(f"models_{tier}", 0)))
                for tier, word in TIERS
                if any(rule["tier"] == tier for rule in said["tiers"])
            ],
            "meters": _meters(counts, said.get("limits") or {}),
            "cached": _cached(counts),
            "unread": _unread(counts, answers),
            "answers": thousands(answers),
            "left_out": _left_out(counts),
            "limited": _limited(run, counts, said.get("limits") or {}),
            "rate": f"{three_digits(tokens * rate)} tokens/s" if moving and tokens else "",
            "from_cache": run.answers == "cache",
            **(_fidelity(run) if groups else {}),
        }
    }


def _meters(counts: dict[str, int], limits: dict[str, Any]) -> list[Meter]:
    tokens = counts.get("models_tokens_in", 0) + counts.get("models_tokens_out", 0)
    money, seconds = counts.get("models_money", 0) / 1e6, counts.get("models_seconds", 0) / 1e3
    made = [_meter("tokens", tokens, limits.get("tokens"), lambda value: thousands(round(value)))]
    if money or limits.get("money") is not None:
        made.append(_meter("money", money, limits.get("money"), _money))
    if seconds or limits.get("seconds") is not None:
        made.append(_meter("model time", seconds, limits.get("seconds"), clock_time))
    return made


def _meter(name: str, spent: float, limit: float | None, word: Any) -> Meter:
    if limit is None:
        return Meter(name, word(spent))
    return Meter(name, word(spent), word(limit), 100 * spent / limit if limit else 100.0)


def _money(amount: float) -> str:
    return f"{amount:.2f}" if amount >= 1 else f"{amount:.2g}"


def _cached(counts: dict[str, int]) -> str:
    asked, cached = counts.get("models_tokens_in", 0), counts.get("models_tokens_cached", 0)
    return (
        f"{100 * cached / asked:.0f} % of what they read came from the servers' prefix cache"
        if cached
        else ""
    )


def _unread(counts: dict[str, int], answers: int) -> str:
    abstained = counts.get("models_abstained", 0)
    if not abstained:
        return ""
    return (
        f"{thousands(abstained)} of {thousands(answers)} replies could not be read; those users did nothing"
    )


def _left_out(counts: dict[str, int]) -> str:
    late = counts.get("models_late", 0)
    return f"{thousands(late)} questions were not answered in time; rules decided" if late else ""


def _limited(run: Run, counts: dict[str, int], limits: dict[str, Any]) -> str:
    """Say what a reached limit did. A run that pauses has it in its waiting line, with the limit's name."""
    if run.status == "paused" and run.waiting.startswith("the limit of "):
        return f"Paused: {run.waiting}."
    limited = counts.get("models_limited", 0)
    if not limited:
        return ""
    names = [name for name in ("tokens", "money", "seconds") if limits.get(name) is not None]
    which = f"The limit of {names[0]}" if len(names) == 1 else "A limit"
    return f"{which} leaves no room for another question: {thousands(limited)} were not asked, and rules decided."


def _fidelity(run: Run) -> dict[str, Any]:
    newest = FidelityGap.objects.filter(run=run).order_by("-step").first()
    if newest is None:
        return {"fidelity": None, "may_measure": run.step >= 0, "groups": True}
    rows = [
        {**gap, "apart": gap["p"] is not None and gap["p"] < CHANCE} for gap in newest.gaps if gap["visits"]
    ]
    return {
        "fidelity": newest, "gaps": rows, "may_measure": newest.step < run.step, "groups": True,
        "verdict": _verdict(rows), "empty": sum(not gap["visits"] for gap in newest.gaps),
    }  # fmt: skip


def _verdict(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "No visit has been compared yet."
    together = rows[0]
    visits = f"{thousands(together['visits'])} visits"
    if together["apart"]:
        return (
            f"Over {visits}, what groups draw differs from what their members decide one by one by "
            f"{three_digits(together['js'])}, more than chance explains "
            f"(95 % of chance is below {three_digits(together['high'])})."
        )
    return (
        f"Over {visits}, no difference was seen between what groups draw and what their members decide one by one: "
        f"{three_digits(together['js'])}, and chance alone gives up to {three_digits(together['high'])}."
    )
