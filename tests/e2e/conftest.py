"""A real browser for walks through the site."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from django.db import connection

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Debian's Chromium (or what stands in its place)."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    # Playwright keeps a loop in this thread; the test's own queries are made between its calls.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        # While Playwright's loop runs, this thread has a database connection of its own: not the fixtures'.
        connection.close()
        opened.close()
