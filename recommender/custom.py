"""A pipeline as a scenario writes it down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from recommender import folders
from recommender.parameters import checked
from recommender.parts import PairScorer
from recommender.recipe import HOUSE_FILTERS, Recipe, Use
from simapp.engine.core.errors import WrongInput

CUSTOM = "custom"


def recipe_from(document: Mapping[str, Any], *, explore: float | None = None, where: str = "feed.pipeline") -> Recipe:
    """Return the recipe of a document: sources, filters, scorers, rerankers (lists of part, params, weight),
    combine, ties.

    What every feed leaves out it leaves out too. explore: share for strangers of a source `explore` that names none.
    Raises WrongInput, naming the field, for unknown parts and parameters, values out of range, and what does not fit
    together.
    """
    kinds = ("sources", "filters", "scorers", "rerankers")
    uses = {kind: tuple(_uses(kind, document.get(kind) or (), where, explore)) for kind in kinds}
    combine: Literal["sum", "product"] = document.get("combine") or "sum"
    ties: Literal["post", "viewer"] = document.get("ties") or "post"
    if not uses["sources"]:
        raise WrongInput(f"{where}.sources is empty; name at least one of {', '.join(folders.names('sources'))}.")
    if not uses["scorers"]:
        raise WrongInput(f"{where}.scorers is empty; name at least one of {', '.join(folders.names('scorers'))}.")
    reserved = [use.part for use in uses["sources"] if folders.load("sources", use.part).reserved]
    if len(reserved) > 1:
        names = " and ".join(reserved)
        raise WrongInput(f"{where}.sources names {names}; at most one source may have places of its own.")
    if combine == "product" and any(use.weight != 1 for use in uses["scorers"]):
        raise WrongInput(f"{where}.scorers has weights; a product has none.")
    house = {use.part for use in HOUSE_FILTERS}
    return Recipe(
        CUSTOM,
        sources=uses["sources"],
        scorers=_in_order(uses["scorers"]),
        filters=(*HOUSE_FILTERS, *(use for use in uses["filters"] if use.part not in house)),
        rerankers=uses["rerankers"],
        combine=combine,
        ties=ties,
    )


def _uses(kind: str, listed: Iterable[Mapping[str, Any]], where: str, explore: float | None) -> Iterable[Use]:
    named: set[str] = set()
    for i, item in enumerate(listed):
        path, name = f"{where}.{kind}.{i}", str(item["part"])
        if name not in folders.names(kind):
            raise WrongInput(f"{path}.part is {name!r}; it must be one of {', '.join(folders.names(kind))}.")
        if name in named:
            raise WrongInput(f"{path}.part is {name!r}, which is named before; a part has one place.")
        named.add(name)
        given = dict(item.get("params") or {})
        declared = folders.load(kind, name).parameters
        if explore is not None and kind == "sources" and any(p.name == "explore" for p in declared):
            given.setdefault("explore", explore)
        try:
            params = checked(f"the part {name}", declared, given)
        except WrongInput as problem:
            raise WrongInput(str(problem).replace("feed.params.", f"{path}.params.")) from None
        yield Use(name, params, float(item.get("weight", 1.0)))


def _in_order(scorers: tuple[Use, ...]) -> tuple[Use, ...]:
    """Put similarity before what is predicted with it."""
    return tuple(sorted(scorers, key=lambda use: (use.part != "similarity" and _is_personal(use.part))))


def _is_personal(name: str) -> bool:
    return issubclass(folders.load("scorers", name), PairScorer)
