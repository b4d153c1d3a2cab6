"""A short story (story.py) in the real database. Django is not set up yet when this file is read."""

from __future__ import annotations

import pytest


@pytest.fixture
def data_root(settings, tmp_path):
    """Files of runs go to a folder of this test."""
    settings.SOCIARIUM_DATA_ROOT = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def new_run(db, data_root, owner):
    """Make run rows: new_run(rules="forum")."""
    from tests.store.story import make_run

    return lambda **what: make_run(owner, **what)


@pytest.fixture
def told(new_run):
    """Four steps of the story, in the database."""
    from tests.store.story import tell

    return tell(new_run())


@pytest.fixture
def client(client, settings):
    """A browser; the server insists on the folder of collected static files."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return client
