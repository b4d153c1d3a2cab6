"""Settings of runs' scenarios in queries: `feed.k>=5` as a condition, `feed.k` as something to sort or group by."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.fields.json import KeyTransform

from simapp.engine.core.errors import WrongInput

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from simapp.models import Run

PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}(?:\.[A-Za-z0-9_]{1,60}){0,7}")
_CONDITION = re.compile(rf"\s*({PATH.pattern})\s*(>=|<=|!=|=|<|>)\s*(.*)", re.DOTALL)
_LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
LONGEST = 200
DOCUMENT = "scenario_version__document"


@dataclass(frozen=True)
class Condition:
    """A setting, how it is compared (= != < <= > >=), and with what: text, a number, true, false or null."""

    path: str
    sign: str
    value: str | int | float | bool | None

    def __str__(self) -> str:
        shown = self.value if isinstance(self.value, str) else json.dumps(self.value)
        return f"{self.path}{self.sign}{shown}"


def read_condition(text: str) -> Condition:
    """Return `path=value` as a condition; a list meets `=` where it has the value. Raises WrongInput."""
    found = _CONDITION.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        msg = (
            f"setting is {text[:60]!r}; it must be a path of the scenario, one of = != < <= > >=, and a value, "
            "as in feed.preset=chronological."
        )
        raise WrongInput(msg)
    path, sign, said = found.groups()
    value = _value(said.strip())
    if sign in _LOOKUPS and (isinstance(value, bool) or not isinstance(value, int | float)):
        msg = f"setting is {text[:60]!r}; {sign} needs a number."
        raise WrongInput(msg)
    return Condition(path, sign, value)


def read_path(text: str, name: str) -> str:
    """Return a path of the scenario document; WrongInput naming the field `name` for anything else."""
    if not PATH.fullmatch(text):
        msg = f"{name} is {text[:60]!r}; it must be a path of the scenario, such as feed.preset."
        raise WrongInput(msg)
    return text


def setting(path: str) -> Any:
    """Return the expression of a setting of a run's scenario, JSON; null where the document has none."""
    expression: Any = F(DOCUMENT)
    for part in path.split("."):
        expression = KeyTransform(part, expression)
    return expression


def meeting(runs: QuerySet[Run], condition: Condition, name: str) -> QuerySet[Run]:
    """Return the runs whose scenario meets a condition; `name`: of an alias that nothing else has."""
    runs = runs.alias(**{name: setting(condition.path)})
    if condition.sign in _LOOKUPS:
        kind = Func(setting(condition.path), function="jsonb_typeof", output_field=CharField())
        runs = runs.alias(**{f"{name}_kind": kind})
        return runs.filter(Q(**{f"{name}_kind": "number", f"{name}__{_LOOKUPS[condition.sign]}": condition.value}))
    # In PostgreSQL a list contains a value that is among it, and a plain value contains what equals it.
    has = Q(**{f"{name}__contains": condition.value})
    if condition.value is None:
        has = Q(**{name: Value(None, output_field=_json())}) | Q(**{f"{name}__isnull": True})
    return runs.filter(~has if condition.sign == "!=" else has)


def in_words(value: Any) -> str:
    """Return a setting's value as a list shows it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict) and isinstance(value.get("kind"), str):
        return str(value["kind"])
    return f"{len(value)} entries"


def _json() -> Any:
    from django.db.models.fields.json import JSONField

    return JSONField()


def _value(said: str) -> str | int | float | bool | None:
    try:
        value = json.loads(said, parse_constant=lambda _: said)
    except ValueError:
        value = said
    if not isinstance(value, str | int | float | bool | None):
        value = said
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        msg = "setting has a value with characters that no setting has."
        raise WrongInput(msg)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        msg = "setting has a number beyond what can be compared."
        raise WrongInput(msg)
    return value
