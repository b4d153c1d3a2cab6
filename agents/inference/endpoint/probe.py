"""Finds out what a server can do by asking it, and says what was seen.

Nothing is believed because it was not refused: servers ignore what they do not know, without an error. So each
question is one whose answer can only come out right if the feature is there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agents.inference.endpoint.client import Line, Trouble
from agents.inference.endpoint.heard import Heard, Unreadable, read_completion, shown, without_key
from agents.inference.endpoint.loop import run
from agents.inference.endpoint.model import REASONING_TOKENS, limits_of, schema_format
from agents.inference.endpoint.settings import Endpoint, check_endpoint, check_key

FEATURES = {
    "schema": "Replies held to a JSON schema",
    "seed": "Seeds",
    "logprobs": "Log-probabilities",
    "usage": "Token counts",
    "reasoning": "Reasoning before the reply",
    "models": "List of models",
    "completion_limit": "Length as max_completion_tokens only",
    "fixed_sampling": "Sampling that cannot be set",
}
"""What can be found, and how it is called where people read it."""

LETTERS = "Write twenty random letters, and nothing else."
SEA = "Write one short sentence about the sea."
CODE = "quartz-4417"
SCHEMA = {
    "type": "object",
    "properties": {"code": {"type": "string", "enum": [CODE]}, "open": {"type": "boolean"}},
    "required": ["code", "open"],
    "additionalProperties": False,
}
"""Nobody who writes about the sea says this by chance, and the request does not mention it elsewhere."""
PROBE_TOKENS = 64
MOST_SECONDS = 60.0
"""After this time nothing more is asked: whoever waits for a slow server holds a worker."""
MOST_TIMEOUT = 30.0
MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One feature: whether it was found, and in one sentence what was seen."""

    name: str
    found: bool
    seen: str

    @property
    def label(self) -> str:
        """The feature as it is called where people read it."""
        return FEATURES.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Features:
    """What a probe found. problem: one sentence where the server did not answer the simplest question, "" else; then
    nothing was found. seconds: what that question took. models: names that the server lists, at most 100."""

    findings: tuple[Finding, ...] = ()
    problem: str = ""
    seconds: float = 0.0
    models: tuple[str, ...] = ()

    @property
    def found(self) -> frozenset[str]:
        """Names of what was found, as an Endpoint takes them."""
        return frozenset(finding.name for finding in self.findings if finding.found)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "findings": [{"name": f.name, "found": f.found, "seen": f.seen} for f in self.findings],
            "problem": self.problem,
            "seconds": round(self.seconds, 3),
            "models": list(self.models),
        }

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Features:
        """Return what `as_dict` gave, {} = nothing was asked yet."""
        findings = tuple(Finding(f["name"], f["found"], f["seen"]) for f in held.get("findings", ()))
        return cls(findings, held.get("problem", ""), held.get("seconds", 0.0), tuple(held.get("models", ())))


def probe(endpoint: Endpoint, key: str = "", clock: Callable[[], float] = time.monotonic) -> Features:
    """Ask a server what it can do, in up to nine requests; raises WrongInput where the endpoint cannot be one.

    What goes wrong is part of what is found: it is never raised.
    """
    check_endpoint(endpoint)
    if key:
        check_key(key)
    return run(_probe(endpoint, key, clock))


async def _probe(endpoint: Endpoint, key: str, clock: Callable[[], float]) -> Features:
    endpoint = replace(endpoint, timeout=min(endpoint.timeout, MOST_TIMEOUT))
    line = Line(endpoint, key)
    try:
        return await _Probe(endpoint, key, line, clock).all()
    finally:
        await line.close()


class _Probe:
    def __init__(self, endpoint: Endpoint, key: str, line: Line, clock: Callable[[], float]) -> None:
        self._endpoint, self._key, self._line, self._clock = endpoint, key, line, clock
        self._shape: frozenset[str] = frozenset()
        self._tokens = PROBE_TOKENS
        self._heard: list[Heard] = []
        self._began = clock()

    async def all(self) -> Features:
        first = await self._first()
        seconds = self._clock() - self._began
        if isinstance(first, Trouble):
            return Features(problem=f"The server {first.why}.", seconds=seconds)
        # One request after another: a small server may take only one at a time.
        findings = [
            await self._schema(),
            await self._seed(),
            await self._logprobs(),
            self._usage(first),
            self._reasoning(),
        ]
        models = await self._line.models()
        names = () if isinstance(models, Trouble) else tuple(models[:MOST_NAMES])
        findings.append(self._models(models))
        findings += [Finding(name, True, _SHAPES_SEEN[name]) for name in sorted(self._shape)]
        return Features(tuple(findings), "", seconds, names)

    async def _first(self) -> Heard | Trouble:
        """Ask the simplest question, in each of the ways in which servers want length and sampling to be said."""
        got: Heard | Trouble = Trouble("was not asked", "again")
        for shape in _SHAPES:
            self._shape = shape
            got = await self._ask(SEA)
            if isinstance(got, Heard) or got.kind != "refused":
                break
        if isinstance(got, Heard) and got.reasoned:
            self._tokens = PROBE_TOKENS + REASONING_TOKENS
        return got

    async def _schema(self) -> Finding:
        got = await self._ask(SEA, response_format=schema_format("probe", SCHEMA))
        if isinstance(got, Trouble):
            return Finding("schema", False, f"Asked for a JSON schema, it {got.why}.")
        try:
            held = json.loads(got.text)
        except (ValueError, RecursionError):
            held = None
        right = isinstance(held, dict) and held.get("code") == CODE and isinstance(held.get("open"), bool)
        if right and len(held) == 2:
            return Finding("schema", True, "Asked for the sea and for a JSON schema, it kept to the schema.")
        said = f"“{shown(got.text, 60)}”" if got.text else "nothing"
        return Finding(
            "schema", False, f"It took a JSON schema without an error and ignored it: it said {said}."
        )

    async def _seed(self) -> Finding:
        got = [await self._ask(LETTERS, seed=seed) for seed in (11, 11, 12)]
        refusal = next((one for one in got if isinstance(one, Trouble)), None)
        if refusal is not None:
            return Finding("seed", False, f"Asked with a seed, it {refusal.why}.")
        first, second, other = (one.text for one in got if isinstance(one, Heard))
        if first != second:
            return Finding(
                "seed", False, "The same seed gave two different replies: it is taken and ignored."
            )
        if first == other:
            return Finding(
                "seed", False, "Every seed gave the same reply: whether seeds count cannot be told."
            )
        return Finding("seed", True, "The same seed gave the same reply, another seed another one.")

    async def _logprobs(self) -> Finding:
        got = await self._ask(SEA, logprobs=True, top_logprobs=2)
        if isinstance(got, Trouble):
            return Finding("logprobs", False, f"Asked for log-probabilities, it {got.why}.")
        if got.logprobs:
            return Finding("logprobs", True, "It gave a log-probability for each token.")
        return Finding(
            "logprobs", False, "It took the wish for log-probabilities without an error and gave none."
        )

    def _usage(self, first: Heard) -> Finding:
        if first.tokens_in is None or first.tokens_out is None:
            return Finding("usage", False, "It gave no token counts that can be right; they are estimated.")
        seen = f"It counted {first.tokens_in} tokens in and {first.tokens_out} out."
        return Finding("usage", True, seen)

    def _reasoning(self) -> Finding:
        if any(heard.reasoned for heard in self._heard):
            return Finding("reasoning", True, "It reasons before it replies; the reasoning is left out.")
        return Finding("reasoning", False, "No reasoning was seen in its replies.")

    def _models(self, models: list[str] | Trouble) -> Finding:
        if isinstance(models, Trouble):
            return Finding("models", False, f"Asked for its models, it {models.why}.")
        mine, count = shown(self._endpoint.model), len(models)
        listed = f"It lists {count} model{'' if count == 1 else 's'}"
        if mine in models:
            return Finding("models", True, f"{listed}, {mine} among them.")
        return Finding(
            "models", bool(models), f"{listed}; {mine} is not among them, and it answered all the same."
        )

    async def _ask(self, text: str, **more: Any) -> Heard | Trouble:
        messages = [{"role": "system", "content": "You answer briefly."}, {"role": "user", "content": text}]
        if self._clock() - self._began > MOST_SECONDS:
            return Trouble(f"was not waited for: the test had taken {MOST_SECONDS:.0f} s already", "again")
        limits = limits_of(self._shape, self._tokens, 1.0, 1.0)
        got = await self._line.complete(
            {"model": self._endpoint.model, "messages": messages, **limits, **more}
        )
        if isinstance(got, Trouble):
            return got
        try:
            heard = read_completion(got, sent=200, max_tokens=self._tokens)
        except Unreadable as problem:
            return Trouble(str(problem), "again")
        heard = replace(heard, text=without_key(heard.text, self._key))
        self._heard.append(heard)
        return heard


_SHAPES = (
    frozenset[str](),
    frozenset({"completion_limit"}),
    frozenset({"fixed_sampling"}),
    frozenset({"completion_limit", "fixed_sampling"}),
)
_SHAPES_SEEN = {
    "completion_limit": "It refused max_tokens and took max_completion_tokens.",
    "fixed_sampling": "It refused temperature and top_p, and answered without them.",
}
