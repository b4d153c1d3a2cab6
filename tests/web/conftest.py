"""What tests of pages need: signed-in browsers, a scenario and a run of the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

# Django is configured after this file is read, so models are imported where they are used.
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from simapp.models import Run

SMALL = {
    "title": "Small town",
    "question": "Does it render?",
    "population": {"users": 40},
    "network": {"kind": "watts_strogatz", "mean_followees": 4},
    "clock": {"steps": 5},
}


@pytest.fixture(autouse=True, scope="session")
def _static_root_is_there() -> None:
    """Nothing is collected for tests; the folder itself is expected to exist."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _passwords_are_cheap(settings: Any) -> None:
    """The real hasher takes its time on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs in these tests: what a page sends to the queue stays in the database as a wish."""
    from simapp.runs import services

    monkeypatch.setattr(services, "quietly", lambda task, key: None)


@pytest.fixture
def browser_of(db: Any) -> Callable[[Any], Client]:
    """A browser in which a member is signed in."""
    from django.test import Client

    def open_browser(member: Any) -> Client:
        client = Client()
        client.force_login(member)
        return client

    return open_browser


@pytest.fixture
def browser(browser_of: Callable[[Any], Client], owner: Any) -> Client:
    """The owner's browser."""
    return browser_of(owner)


@pytest.fixture
def scenario(owner: Any) -> Any:
    """A small scenario of the owner."""
    from simapp.runs import services
    from simapp.scenarios.document import load_scenario

    return services.create_scenario(owner=owner, document=load_scenario(SMALL)).scenario


@pytest.fixture
def run(owner: Any, scenario: Any) -> Run:
    """A queued run of the owner."""
    from simapp.runs import services

    return services.create_run(owner=owner, version=scenario.versions.get(), seed=7)


@pytest.fixture
def make_export(run: Run, settings: Any, tmp_path: Path) -> Callable[..., Any]:
    """A finished export of the owner's run with given files."""
    from simapp.models import Export

    def make(**files: bytes) -> Export:
        settings.SOCIARIUM_DATA_ROOT = tmp_path
        folder = tmp_path / "exports" / "1"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name.replace("__", ".")).write_bytes(content)
        return Export.objects.create(
            run=run, format="csv", status="done", progress=1.0, path=str(folder), owner=run.owner,
            manifest={"seed": 7, "files": [{"name": "posts.csv", "rows": 2, "sha256": "ab" * 32}]},
        )  # fmt: skip

    return make
