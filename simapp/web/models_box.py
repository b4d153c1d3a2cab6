"""The box of a scenario's language models: its tiers, a short form for one more, and the forecast of what they take.

The form makes the common case: so many users think with an endpoint. Everything else is set in the YAML.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.models import ModelForecast
from simapp.runs import access, endpoints, model_forecasts
from simapp.scenarios.document import as_dict, load_scenario
from simapp.scenarios.problems import ScenarioInvalid
from simapp.web.forecast_words import Shown
from simapp.web.numbers import thousands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simapp.models import Scenario
    from simapp.scenarios.document import Scenario as Document
    from simapp.scenarios.parts.models import Tier

UNITS = (("users", "users"), ("percent", "% of all users"))
THEN = (("rules", "rules decide"), ("pause", "the run pauses"))
FIELDS = ("endpoint", "amount", "unit", "tokens", "money", "then")


@dataclass
class Box:
    """What was typed, and field -> sentence of what is wrong with it."""

    endpoint: str = ""
    amount: str = "10"
    unit: str = "users"
    tokens: str = ""
    money: str = ""
    then: str = "rules"
    problems: dict[str, str] = field(default_factory=dict)
    units: tuple[tuple[str, str], ...] = UNITS
    thens: tuple[tuple[str, str], ...] = THEN


def fresh(document: Document | None) -> Box:
    """Return the box of a page just opened: the limits that the document has, one more tier not yet typed."""
    models = document.minds.models if document else None
    if models is None:
        return Box(tokens="1000000")
    limits = models.limits
    tokens = "" if limits.tokens is None else str(limits.tokens)
    money = "" if limits.money is None else f"{limits.money:g}"
    return Box(tokens=tokens, money=money, then=limits.then)


def sent(form: Mapping[str, str]) -> Box:
    """Return the box that a browser sent, unchecked."""
    return Box(**{name: str(form.get(f"tier-{name}", "")).strip()[:200] for name in FIELDS})


def with_tier(document: Document, box: Box) -> Document | None:
    """Return the document with the tier that was typed as its last, None where `box.problems` says why not."""
    amount, tokens, money = _number(box, "amount"), _number(box, "tokens"), _number(box, "money")
    if not box.endpoint:
        box.problems["endpoint"] = "endpoint is empty; choose one of yours."
    if box.unit not in dict(UNITS) or box.then not in dict(THEN):
        box.problems["endpoint"] = "The form is not one of this page; load the page again."
    if amount is None and "amount" not in box.problems:
        box.problems["amount"] = "amount is empty; it must be a number of users or a percentage."
    if box.problems or amount is None:
        return None
    if box.unit == "users" and amount != int(amount):
        box.problems["amount"] = f"amount is {box.amount}; it must be a whole number of users."
        return None
    who = (
        {"kind": "share", "share": amount / 100}
        if box.unit == "percent"
        else {"kind": "count", "users": int(amount)}
    )
    raw = as_dict(document)
    models = raw["minds"]["models"] or {"tiers": [], "limits": {}}
    models["tiers"] = [*models["tiers"], {"tier": "endpoint", "model": box.endpoint, "who": who}]
    limits = {"tokens": None if tokens is None else int(tokens), "money": money, "then": box.then}
    models["limits"] = {**models["limits"], **limits}
    raw["minds"]["models"] = models
    try:
        return load_scenario(raw)
    except ScenarioInvalid as invalid:
        for problem in invalid.problems:
            name = next((n for n in ("tokens", "money") if problem.path.endswith(f"limits.{n}")), "")
            name = name or ("amount" if ".who" in problem.path else "endpoint")
            box.problems.setdefault(name, problem.message)
        return None


def without_tier(document: Document, place: str) -> Document:
    """Return the document without the tier of a number; without the last one nobody thinks with a model.

    What is said about sampling, prompts and memory stays, for the next tier. Raises WrongInput.
    """
    raw = as_dict(document)
    tiers = (raw["minds"]["models"] or {}).get("tiers", [])
    if not (place.isascii() and place.isdecimal() and len(place) < 4 and int(place) < len(tiers)):
        raise WrongInput("There is no such tier any more; load the page again.")
    raw["minds"]["models"]["tiers"] = [tier for i, tier in enumerate(tiers) if i != int(place)]
    return load_scenario(raw)


def context(member: Any, scenario: Scenario, document: Document | None, box: Box) -> dict[str, Any]:
    """Return what parts/models_box.html needs."""
    models = document.minds.models if document else None
    tiers = models.tiers if models else ()
    mine = list(endpoints.usable(member, scenario.project_id).order_by("name").values_list("name", "test"))
    names = {name for name, _ in mine}
    may = ""
    if document is not None and tiers:
        may = _cost(model_forecasts.most(document, model_forecasts.prices_of(member, document, scenario.project_id)))
    return {
        "models": {
            "tiers": [(i, *tier_words(tier, names)) for i, tier in enumerate(tiers)],
            "limits": _limits_words(document) if tiers else "",
            "endpoints": [
                (name, "" if test == "done" else "not tested") for name, test in mine if "," not in name
            ],
            "may": access.may_manage_endpoints(member),
            "box": box,
            "cost": may,
            "editable": document is not None,
        },
        "forecast": newest(member, scenario),
    }


def newest(member: Any, scenario: Scenario) -> Shown | None:
    """Return the newest forecast that a member asked for, of any version of a scenario."""
    rows = ModelForecast.objects.filter(version__scenario=scenario, member=member).select_related("version")
    row = rows.order_by("-pk").first()
    return None if row is None else Shown(row)


def tier_words(tier: Tier, names: set[str]) -> tuple[str, str, str]:
    """Return who thinks with what, and what is missing for it."""
    who = tier.who
    if who.kind == "count":
        whom = f"{thousands(who.users)} users"
    elif who.kind == "share":
        whom = f"{100 * who.share:g} % of users"
    elif who.kind == "named":
        whom = f"{len(who.users)} named users"
    else:
        whom = f"the {100 * who.share:g} % of active users highest in {who.by}"
    place = tier.asks if tier.tier == "archetype" else tier.tier
    how = {"endpoint": "endpoint", "local": "local model"}[place]
    model = f"{how} {tier.label}"
    if tier.tier == "archetype":
        model = f"groups by {', '.join(tier.by)}, {model}"
    missing = [name for name in tier.label.split(", ") if place == "endpoint" and name not in names]
    return whom, model, f"You have no endpoint {missing[0]}." if missing else ""


def _limits_words(document: Document) -> str:
    models = document.minds.models
    assert models is not None  # noqa: S101 - whoever asks has tiers
    limits = models.limits
    parts = [f"{thousands(limits.tokens)} tokens"] if limits.tokens is not None else []
    parts += [f"{limits.money:g} of money"] if limits.money is not None else []
    parts += [f"{limits.seconds:g} s of model time"] if limits.seconds is not None else []
    if not parts:
        return "No limit is set on what they may take."
    return f"At most {', '.join(parts)}; then {dict(THEN)[limits.then]}."


def _cost(most: model_forecasts.Most) -> str:
    money = f" and {_up(most.money)} of money" if most.money else ""
    return (
        f"Asks {most.calls} questions: about {thousands(most.about)} tokens, "
        f"never more than {thousands(_up_to_thousands(most.tokens))}{money}."
    )


def _up_to_thousands(tokens: int) -> int:
    return -(-tokens // 1000) * 1000


def _up(money: float) -> str:
    """Return two digits that are not less."""
    unit = 10.0 ** (math.floor(math.log10(money)) - 1)
    return f"{math.ceil(money / unit - 1e-9) * unit:.2g}"


def _number(box: Box, name: str) -> float | None:
    text = getattr(box, name).replace("\u202f", "").replace(" ", "")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e15 or (name == "tokens" and number != int(number)):
        box.problems[name] = (
            f"{name} is {text[:40]}; it must be a {'whole ' if name == 'tokens' else ''}number from 0."
        )
        return None
    return number
