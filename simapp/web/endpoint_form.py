"""The form of an endpoint: its fields as people read them, and what was typed as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simapp.engine.core.errors import WrongInput
from simapp.models import Endpoint

LONGEST = 600  # characters of a field that are looked at


@dataclass(frozen=True)
class Field:
    """One input. kind: text, whole, number, or maybe (a number or nothing). empty: what an empty one means."""

    name: str
    label: str
    help: str
    kind: str = "text"
    unit: str = ""
    hint: str = ""
    empty: Any = None


GROUPS: tuple[tuple[str, str, tuple[Field, ...]], ...] = (
    (
        "Model",
        "Any server that speaks OpenAI's chat completions",
        (
            Field("name", "Name", "What scenarios call it by.", hint="Local model"),
            Field(
                "base_url",
                "Address",
                "With http:// or https://, up to and with the version. It may lie on this machine or beside it.",
                hint="http://127.0.0.1:8000/v1",
            ),
            Field("model", "Model", "As the server calls it.", hint="Qwen/Qwen3-8B"),
        ),
    ),
    (
        "Limits",
        "For each worker process",
        (
            Field("concurrency", "Requests at once", "More fill a batching server, fewer spare a small one.", "whole"),
            Field(
                "requests_per_minute", "Requests per minute", "Of any 60 seconds. Empty: no limit.", "whole", empty=0
            ),
            Field("tokens_per_minute", "Tokens per minute", "In and out together. Empty: no limit.", "whole", empty=0),
            Field("timeout", "Time limit", "For one request, all in all.", "number", "seconds"),
            Field("weight", "Weight", "Share of the questions where a run names several endpoints.", "number"),
        ),
    ),
    (
        "Prices",
        "In any currency, per million tokens; what a run costs is counted with them",
        (
            Field("price_in", "Tokens in", "", "number", empty=0.0),
            Field("price_cached", "Tokens in, cached", "Empty: as tokens in.", "maybe"),
            Field("price_out", "Tokens out", "", "number", empty=0.0),
        ),
    ),
)
FIELDS = {one.name: one for _, _, fields in GROUPS for one in fields}
LABELS = {name: one.label for name, one in FIELDS.items()} | {"key": "Key", "key_variable": "Key variable"}


@dataclass
class Form:
    """What was typed, and the sentence that refused it. A key is never among what is shown again."""

    typed: dict[str, str] = field(default_factory=dict)
    key_variable: str = ""
    fault: str = ""
    at: str = ""

    def refuse(self, problem: Exception) -> None:
        """Keep a sentence, with the field's label in place of its name, and which field it is about."""
        text = str(problem)
        first, _, rest = text.partition(" ")
        self.at = first if first in LABELS else ""
        self.fault = f"{LABELS[first]} {rest}" if self.at else text

    @property
    def groups(self) -> list[tuple[str, str, list[dict[str, Any]]]]:
        """The groups with their fields as shown."""
        return [(title, about, [self._shown(one) for one in fields]) for title, about, fields in GROUPS]

    def _shown(self, one: Field) -> dict[str, Any]:
        return {"field": one, "text": self.typed.get(one.name, ""), "fault": self.fault if self.at == one.name else ""}


def form_of(endpoint: Endpoint) -> Form:
    """Return the form of an endpoint as it is."""
    typed = {name: _text(getattr(endpoint, name), one) for name, one in FIELDS.items()}
    return Form(typed, key_variable=endpoint.key_variable)


def form_from(posted: Mapping[str, str]) -> Form:
    """Return the form as it was typed."""
    typed = {name: posted.get(name, "")[:LONGEST] for name in FIELDS}
    return Form(typed, key_variable=posted.get("key_variable", "")[:LONGEST].strip())


def read(form: Form) -> dict[str, Any]:
    """Return the fields as an endpoint takes them; raises WrongInput that names the field."""
    return {name: _read(form.typed.get(name, ""), one) for name, one in FIELDS.items()}


def _read(text: str, one: Field) -> Any:
    if one.kind == "text":
        return text.strip()
    plain = "".join(text.split())  # numbers are shown with thin spaces
    if not plain and (one.empty is not None or one.kind == "maybe"):
        return one.empty
    try:
        if one.kind == "whole" and plain.isascii() and len(plain) < 12:
            return int(plain)
        if one.kind != "whole" and plain.isascii() and len(plain) < 30:
            return float(plain)
    except ValueError:
        pass
    kind = "a whole number" if one.kind == "whole" else "a number"
    msg = f"{one.name} is {text[:40]!r}; it must be {kind}."
    raise WrongInput(msg)


def _text(value: Any, one: Field) -> str:
    if value is None or (one.empty == value and one.kind == "whole"):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
