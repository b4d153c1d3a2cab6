"""What tests of sockets need."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _static_root_is_there() -> None:
    """Nothing is collected for tests; the folder itself is expected to exist."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _the_test_keeps_its_connection(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket closes old connections after each query. In a test's transaction there is only one, which must
    live, as in Django's own test client; a server in a thread has connections of its own."""
    if request.node.get_closest_marker("e2e") is None:
        monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
