"""What members do to endpoints of language models, and how a run gets a model from them.

Who may set up endpoints: admins of a project for it, members who hold the permission `simapp.manage_endpoints` for
themselves, and staff. An endpoint belongs to a project; the runs of the project may ask it as long as who set it up
may set up endpoints. An endpoint makes a worker send requests to an address of the member's choice, and addresses
inside the network are legitimate (a model server on this machine or beside it). So the right itself is the fence: it
is not for everybody.
Keys of the environment are the operator's; only staff may name one.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from agents.inference.endpoint.model import RETRIES, EndpointModel
from agents.inference.endpoint.probe import Features, probe
from agents.inference.endpoint.settings import Endpoint as Settings
from agents.inference.endpoint.settings import check_endpoint, check_key
from simapp.engine.core.errors import SociariumError, WrongInput
from simapp.models import Endpoint
from simapp.runs import access, audit, projects, services, tasks
from simapp.runs.roles import LAUNCH, SET_UP

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agents.inference.endpoint.gate import Gates

logger = logging.getLogger(__name__)

FIELDS = (
    "name", "base_url", "model", "weight", "concurrency", "requests_per_minute", "tokens_per_minute", "timeout",
    "price_in", "price_out", "price_cached",
)  # fmt: skip
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,60}_API_KEY")
MOST_ENDPOINTS = 50
SILENT_SECONDS = 300  # a test that has not ended for so long has lost its worker


@sensitive_variables("key")
def add(*, member: Any, fields: Mapping[str, Any], key: str = "", key_variable: str = "") -> Endpoint:
    """Add an endpoint of a member's; raises WrongInput that names the field, Refused without the right."""
    _may(member)
    if Endpoint.objects.filter(owner=member).count() >= MOST_ENDPOINTS:
        msg = f"You have {MOST_ENDPOINTS} endpoints, which is the most; remove one first."
        raise services.Refused(msg)
    endpoint = Endpoint(owner=member, project=projects.home_of(member))
    _set(endpoint, fields)
    _set_key(endpoint, member, key, key_variable, drop=False)
    _save(endpoint)
    _note(member, "endpoint added", endpoint)
    return endpoint


@sensitive_variables("key")
def change(
    *,
    endpoint: Endpoint,
    member: Any,
    fields: Mapping[str, Any],
    key: str = "",
    key_variable: str = "",
    drop_key: bool = False,
) -> Endpoint:
    """Change an endpoint; raises as `add`. An empty `key` keeps the stored one, at the same server only."""
    _may(member, endpoint)
    before, place = {name: getattr(endpoint, name) for name in FIELDS}, endpoint.place
    _set(endpoint, fields)
    if endpoint.has_stored_key and endpoint.place != place and not (key or key_variable or drop_key):
        msg = f"key must be given anew: the stored one belongs to {place} and stays there."
        raise WrongInput(msg)
    _set_key(endpoint, member, key, key_variable, drop=drop_key)
    if any(before[name] != getattr(endpoint, name) for name in ("base_url", "model")) or key or drop_key:
        # What was found was found somewhere else.
        endpoint.features, endpoint.test, endpoint.tested = {}, Endpoint.Test.NONE, None
    endpoint.version += 1
    _save(endpoint)
    _note(member, "endpoint changed", endpoint)
    return endpoint


def remove(*, endpoint: Endpoint, member: Any) -> None:
    """Remove an endpoint with its key; what it answered is part of runs and stays."""
    _may(member, endpoint)
    _note(member, "endpoint removed", endpoint)
    endpoint.delete()


def test(*, endpoint: Endpoint, member: Any) -> None:
    """Ask for a test; a worker asks the server what it can do. One that is asked for already is not asked for twice."""
    _may(member, endpoint)
    waiting = Q(test__in=["queued", "running"]) & ~_silent()
    with transaction.atomic():
        if Endpoint.objects.filter(~waiting, pk=endpoint.pk).update(test=Endpoint.Test.QUEUED, asked=Now()):
            transaction.on_commit(lambda: services.quietly(tasks.check_endpoint, endpoint.pk))
    endpoint.refresh_from_db()


def check(endpoint_id: int) -> None:
    """Ask one endpoint's server what it can do, and keep what was seen. A task that arrives twice asks once."""
    claimable = Q(test="queued") | _silent()
    if not Endpoint.objects.filter(claimable, pk=endpoint_id).update(test=Endpoint.Test.RUNNING, asked=Now()):
        return
    endpoint = Endpoint.objects.select_related("owner").get(pk=endpoint_id)
    try:
        features = probe(settings_of(endpoint), key_of(endpoint))
    except SociariumError as problem:
        features = Features(problem=str(problem))
    except Exception as problem:  # noqa: BLE001 - the test must end, whatever went wrong
        # Only the name: nobody knows what the text of an unknown error holds, and a key was about.
        name = type(problem).__name__
        logger.error("the test of endpoint %s failed: %s", endpoint_id, name)
        features = Features(problem=f"The test itself failed ({name}).")
    ended = Endpoint.Test.FAILED if features.problem else Endpoint.Test.DONE
    held = Endpoint.objects.filter(pk=endpoint_id, test="running")
    # Settings that were changed meanwhile have not been tested.
    if not held.filter(version=endpoint.version).update(
        test=ended, features=features.as_dict(), tested=timezone.now()
    ):
        held.update(test=Endpoint.Test.NONE, features={}, tested=None)


def abandoned() -> Q:
    """Return the filter of endpoints whose test nobody works on."""
    return _silent() | Q(test="queued", asked__lt=Now() - timedelta(seconds=3))


def settings_of(endpoint: Endpoint) -> Settings:
    """Return an endpoint as the pure part takes it, with the features that its test found."""
    named = {name: getattr(endpoint, name) for name in FIELDS}
    return Settings(**named, features=Features.from_dict(endpoint.features).found)


def key_of(endpoint: Endpoint) -> str:
    """Return an endpoint's key, "" for none; raises Refused where it is not there, without saying it."""
    if not endpoint.key_variable:
        return endpoint.stored_key()
    if endpoint.owner is not None and not endpoint.owner.is_staff:
        msg = f"Endpoint {endpoint.name} takes its key from the environment, which only an admin's endpoint may."
        raise services.Refused(msg)
    key = os.environ.get(endpoint.key_variable, "").strip()
    if not key:
        msg = f"Endpoint {endpoint.name} takes its key from {endpoint.key_variable}, which the worker does not have."
        raise services.Refused(msg)
    return key


def usable(owner: Any, project: int | None = None) -> QuerySet[Endpoint]:
    """Return the endpoints that a member's run in a project may name: the project's and the member's own.

    owner: of the run; None = the command line's, which takes endpoints of staff and those of nobody.
    """
    if owner is None:
        return Endpoint.objects.filter(Q(owner=None) | Q(owner__is_staff=True))
    wanted = Q(owner=owner)
    if project is not None and LAUNCH in access.rights_on(owner, "project", project):
        wanted |= Q(project=project)
    return Endpoint.objects.filter(wanted)


def model_of(
    *, owner: Any, names: Sequence[str], project: int | None = None, gates: Gates | None = None
) -> EndpointModel:
    """Return the model behind endpoints of these names (`usable`); raises WrongInput or Refused, one sentence."""
    if not names:
        raise WrongInput("endpoints names no endpoint; it must name one at least.")
    rows = [_named(owner, name, project) for name in names]
    for row in rows:
        if row.owner is not None and SET_UP not in access.rights_on(row.owner, "endpoint", row.pk):
            msg = f"{row.owner.get_username()} may not use endpoints; an admin can allow it."
            raise services.Refused(msg)
    keys = {settings_of(row): key_of(row) for row in rows}
    # A function, not the dictionary's own method: that would show its keys to whoever prints it.
    return EndpointModel(tuple(keys), lambda endpoint: keys[endpoint], gates)


def worst_prices(*, owner: Any, names: Sequence[str], project: int | None = None) -> dict[str, float]:
    """Return the highest prices (money per million tokens) and the longest time a question may take at endpoints.

    Raises WrongInput or Refused as `model_of`.
    """
    found = model_of(owner=owner, names=names, project=project).endpoints
    return {
        "input": max(max(e.price_in, e.price_cached or 0.0) for e in found),
        "output": max(e.price_out for e in found),
        "timeout": max(e.timeout for e in found) * (1 + RETRIES),
    }


def _named(owner: Any, name: str, project: int | None) -> Endpoint:
    rows = usable(owner, project).filter(name=name).select_related("owner")
    # The project's before one of the same name that the member has elsewhere.
    row = min(rows, key=lambda one: (one.project_id != project, one.pk), default=None)
    if row is None:
        msg = f"endpoints names {name!r}, and there is no such endpoint; add it on the page Endpoints."
        raise WrongInput(msg)
    return row


def _may(member: Any, endpoint: Endpoint | None = None) -> None:
    if endpoint is None:
        allowed = access.may_manage_endpoints(member)
    else:
        allowed = SET_UP in access.rights_on(member, "endpoint", endpoint.pk)
    if not allowed:
        raise services.Refused("You may not set up endpoints; an admin can allow it.")


def _set(endpoint: Endpoint, fields: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            setattr(endpoint, name, value.strip() if isinstance(value, str) else value)
    endpoint.base_url = endpoint.base_url.rstrip("/")
    check_endpoint(settings_of(endpoint))


@sensitive_variables("key")
def _set_key(endpoint: Endpoint, member: Any, key: str, variable: str, *, drop: bool) -> None:
    if key and variable:
        raise WrongInput("key_variable goes without a key of its own; give one of the two.")
    if variable and variable != endpoint.key_variable:
        if not member.is_staff:
            raise WrongInput("key_variable is for admins: keys of the environment are the operator's.")
        if not VARIABLE.fullmatch(variable):
            raise WrongInput("key_variable must be a name in capitals that ends in _API_KEY.")
    if key:
        check_key(key)
        endpoint.store_key(key)
    elif variable or drop:
        endpoint.key_sealed = None
    endpoint.key_variable = variable


def _save(endpoint: Endpoint) -> None:
    taken = f"name is {endpoint.name!r}, and another endpoint has that name already."
    same = Q(owner=endpoint.owner)
    if endpoint.project_id is not None:
        same |= Q(project=endpoint.project_id)
    if Endpoint.objects.filter(same, name=endpoint.name).exclude(pk=endpoint.pk).exists():
        raise WrongInput(taken)
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError:
        raise WrongInput(taken) from None


def _note(member: Any, action: str, endpoint: Endpoint) -> None:
    audit.note(member, action, endpoint=endpoint.pk, name=endpoint.name, address=endpoint.place)


def _silent() -> Q:
    return Q(test="running", asked__lt=Now() - timedelta(seconds=SILENT_SECONDS))
