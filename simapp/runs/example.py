"""What `make demo` shows a newcomer: a local owner account, and a run that is already moving."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model

from simapp.models import Run, ScenarioVersion
from simapp.runs.services import OVER, launch, load_gallery, resume
from simapp.scenarios.gallery import get_gallery

EXAMPLE = "echo-chambers"
EXAMPLE_SEED = 7
EXAMPLE_PACE = 4.0


def demo_owner() -> Any:
    """Return the local owner account of an installation on one's own machine, creating it when needed."""
    owner, created = get_user_model().objects.get_or_create(
        username="owner", defaults={"is_staff": True, "is_superuser": True}
    )
    if created:
        # Signed in by link only, until the person sets a password.
        owner.set_unusable_password()
        owner.save(update_fields=["password"])
    return owner


def launch_example(owner: Any) -> Run:
    """Return a live example run: one that is already going, or a new one."""
    going = (
        Run.objects.filter(owner=owner, title=_example_title(), hidden=False).exclude(status__in=OVER).first()
    )
    if going is not None:
        if going.wanted != "stop":
            resume(run=going, member=owner)
        return going
    version = ScenarioVersion.objects.filter(scenario__slug=EXAMPLE, scenario__gallery=True).first()
    if version is None:
        load_gallery()
        version = ScenarioVersion.objects.filter(scenario__slug=EXAMPLE, scenario__gallery=True).first()
    assert version is not None  # noqa: S101 - the gallery always has its example
    seed = (
        EXAMPLE_SEED if not Run.objects.filter(title=_example_title()).exists() else secrets.randbelow(10_000)
    )
    return launch(owner=owner, version=version, seed=seed, pace=EXAMPLE_PACE, title=_example_title())


def _example_title() -> str:
    return f"{get_gallery(EXAMPLE).title} (example)"
