"""Lists of runs: which ones, in what order, in which groups. Everything is done by the database, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Avg,
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    FloatField,
    OuterRef,
    Q,
    StdDev,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest, Lower, Now

from simapp.models import Run, RunMetric
from simapp.runs.run_settings import Condition, meeting, setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

OPINION, SPREAD, SCORE = "opinion_variance", "largest_cascade_reach", "mean_score_up"
# What goes on comes first, then what waits, then what is over.
_ORDER_OF_STATUS = ("running", "queued", "paused", "failed", "stopped", "finished")
_MIND = "scenario_version__document__minds__opinion__kind"
_RULES = "scenario_version__document__platform__rules"
GROUPS = ("status", "scenario", "owner", "tag")


@dataclass(frozen=True)
class Wish:
    """What a list is to hold. sort: a name of SORTS or a path of the scenario, with - before it: largest first.

    group: "", a name of GROUPS or a path.
    """

    text: str = ""
    status: str = ""
    tag: str = ""
    owner: str = ""
    scenario: int | None = None
    settings: tuple[Condition, ...] = ()
    sort: str = "-started"
    group: str = ""


@dataclass(frozen=True)
class Measured:
    """A headline metric over those runs of a group that have a value of it now; spread: sample standard deviation."""

    name: str
    runs: int
    mean: float
    spread: float | None


@dataclass(frozen=True)
class Group:
    """Runs that share a value: how many they are, how many of them go on or failed, what their headlines came to."""

    value: Any
    runs: int
    running: int
    failed: int
    measured: tuple[Measured, ...]


def found(mine: QuerySet[Run], wish: Wish) -> QuerySet[Run]:
    """Return those of `mine` that the wish means, unordered, without documents; archived tails stay with their run."""
    runs = mine.filter(tail_of=None).select_related("scenario_version__scenario", "owner", "parent")
    runs = runs.defer("scenario_version__document", "fingerprint", "parent__fingerprint", "parent__heartbeat")
    runs = runs.annotate(mind=F(_MIND), rules=F(_RULES))
    if wish.status in Run.Status.values:
        runs = runs.filter(status=wish.status)
    if wish.tag:
        runs = runs.filter(tags__contains=[wish.tag])
    if wish.owner:
        runs = runs.filter(owner__username=wish.owner)
    if wish.scenario is not None:
        runs = runs.filter(scenario_version__scenario=wish.scenario)
    for nth, condition in enumerate(wish.settings):
        runs = meeting(runs, condition, f"setting_{nth}")
    return runs.filter(_said(wish.text)) if wish.text else runs


def ordered(runs: QuerySet[Run], wish: Wish) -> QuerySet[Run]:
    """Return the runs group by group, in each as the wish sorts them; what has no value comes last."""
    down, name = wish.sort.startswith("-"), wish.sort.removeprefix("-")
    by = SORTS[name]() if name in SORTS else setting(name)
    if name == "headline":
        runs = runs.alias(headline_name=_headline_name())
    runs = runs.alias(sorted_by=by)
    key = F("sorted_by")
    order: list[Any] = [key.desc(nulls_last=True) if down else key.asc(nulls_last=True), "-pk"]
    if wish.group:
        runs = runs.annotate(group_value=_group(wish.group))
        order.insert(0, F("group_value").asc(nulls_last=True))
    return runs.order_by(*order)


def groups(runs: QuerySet[Run], wish: Wish, values: Sequence[Any]) -> list[Group]:
    """Return the groups with these values (those of a page), with what the whole list holds of each.

    Runs of one group may have different headlines; each is told by itself, never one number of two metrics.
    """
    named = runs.annotate(group_value=_group(wish.group), headline_name=_headline_name())
    counted = (
        named.annotate(now=_headline())
        .values("group_value", "headline_name")
        .annotate(
            n=Count("pk"),
            going=Count("pk", filter=Q(status=Run.Status.RUNNING)),
            broken=Count("pk", filter=Q(status=Run.Status.FAILED)),
            have=Count("now"),
            mean=Avg("now"),
            spread=StdDev("now", sample=True),
        )
        .order_by("group_value", "-have", "headline_name")[:1000]
    )
    # 1 and true are equal to Python and not to a document.
    wanted = {repr(value) for value in values}
    parts = groupby(counted, key=lambda row: repr(row["group_value"]))
    return [_merged(list(rows)) for value, rows in parts if value in wanted]


def _merged(rows: list[dict[str, Any]]) -> Group:
    measured = [Measured(row["headline_name"], row["have"], row["mean"], row["spread"]) for row in rows if row["have"]]
    runs, running, failed = (sum(row[name] for row in rows) for name in ("n", "going", "broken"))
    return Group(rows[0]["group_value"], runs, running, failed, tuple(measured))


def headline(run: Any) -> str:
    """Return the metric that says most about a run in one line: what its scenario is about."""
    if run.mind != "none":
        return OPINION
    return SCORE if run.rules == "forum" else SPREAD


def tags_of(mine: QuerySet[Run]) -> list[str]:
    """Return every tag that is on one of the runs, sorted; at most 500."""
    lists = mine.exclude(tags=[]).order_by().values_list("tags", flat=True).distinct()[:2000]
    return sorted({str(tag) for tags in lists for tag in tags})[:500]


def _said(text: str) -> Q:
    text = text.replace("\0", "")
    by = Q(title__icontains=text) | Q(scenario_version__scenario__title__icontains=text) | Q(tags__contains=[text])
    number = text.lstrip("#")
    if number.isascii() and number.isdecimal() and len(number) < 18:
        by |= Q(seed=int(number)) | Q(pk=int(number))
    return by


def _group(name: str) -> Any:
    return {
        "status": F("status"),
        "scenario": F("scenario_version__scenario__title"),
        "owner": F("owner__username"),
        "tag": F("tags"),
    }.get(name) or setting(name)


def _status() -> Any:
    places = [When(status=status, then=Value(place)) for place, status in enumerate(_ORDER_OF_STATUS)]
    return Case(*places, default=Value(len(places)))


def _done() -> Any:
    return Cast("step", FloatField()) / Greatest(Cast("steps", FloatField()), Value(1.0))


def _eta() -> Any:
    rate = Cast(KeyTextTransform("rate", "heartbeat"), FloatField())
    left = Cast(F("steps") - F("step"), FloatField())
    return Case(When(status=Run.Status.RUNNING, heartbeat__rate__gt=0, then=left / rate), output_field=FloatField())


def _headline_name() -> Any:
    return Case(
        When(~Q(**{_MIND: "none"}), then=Value(OPINION)),
        When(**{_RULES: "forum"}, then=Value(SCORE)),
        default=Value(SPREAD),
        output_field=CharField(),
    )


def _headline() -> Any:
    rows = Coalesce(OuterRef("rows_under"), OuterRef("pk"), output_field=BigIntegerField())
    last = RunMetric.objects.filter(run_id=rows, step=OuterRef("step"), name=OuterRef("headline_name"))
    return Subquery(last.values("value")[:1])


SORTS: dict[str, Any] = {
    "status": _status,
    "name": lambda: Lower(Coalesce("title", "scenario_version__scenario__title")),
    "scenario": lambda: Lower("scenario_version__scenario__title"),
    "progress": _done,
    "eta": _eta,
    "headline": _headline,
    "users": lambda: F("users"),
    "seed": lambda: F("seed"),
    "tags": lambda: F("tags"),
    "owner": lambda: F("owner__username"),
    "started": lambda: Coalesce("started", "created"),
    "duration": lambda: Coalesce("ended", Now()) - F("started"),
    "number": lambda: F("pk"),
}
