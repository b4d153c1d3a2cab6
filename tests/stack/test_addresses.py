"""One URL, written the way each library wants it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.stack.errors import StackError
from simapp.stack.paths import SOCKET_PATH_LIMIT, StatePaths
from simapp.stack.urls import (
    celery_url,
    django_database,
    embedded_database_url,
    embedded_redis_url,
    redis_database,
    with_redis_database,
)


def test_a_network_database_is_taken_apart():
    found = django_database("postgresql://ada:p%40ss@db.example:5433/world?sslmode=require")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "world")
    assert (found["USER"], found["PASSWORD"], found["OPTIONS"]) == ("ada", "p@ss", {"sslmode": "require"})


def test_the_embedded_database_is_a_socket_folder(tmp_path):
    paths = StatePaths(tmp_path / "var")
    found = django_database(embedded_database_url(paths))
    assert (found["HOST"], found["PORT"], found["NAME"]) == (str(paths.sockets), "", "sociarium")


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql://host", "nonsense", "mysql://a@b/c"])
def test_another_database_is_refused_by_name_of_the_variable(url):
    with pytest.raises(StackError, match="DATABASE_URL"):
        django_database(url)


@pytest.mark.parametrize(
    ("given_url", "wanted"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("rediss://:secret@host/0", "rediss://:secret@host/0"),
        ("unix:///tmp/a/valkey.sock?db=3", "redis+socket:///tmp/a/valkey.sock?virtual_host=3"),
        ("unix:///tmp/a/valkey.sock", "redis+socket:///tmp/a/valkey.sock?virtual_host=0"),
    ],
)
def test_celery_reads_the_same_server(given_url, wanted):
    assert celery_url(given_url) == wanted


def test_celery_refuses_another_broker():
    with pytest.raises(StackError, match="REDIS_URL"):
        celery_url("amqp://host")


@given(
    st.integers(0, 63),
    st.sampled_from(["redis://h:1/5", "redis://h", "unix:///tmp/v.sock", "unix:///v?db=2"]),
)
def test_a_logical_database_can_be_chosen_and_read_back(number, url):
    assert redis_database(with_redis_database(url, number)) == number


@given(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0/"), min_size=1, max_size=60)
)
def test_socket_paths_stay_short_however_deep_the_checkout(name):
    paths = StatePaths.here().__class__(StatePaths.here().root / name / ("deep/" * 40) / "var")
    assert len(str(paths.postgres_socket)) + len(".lock") < SOCKET_PATH_LIMIT
    assert embedded_redis_url(paths).startswith("unix:///")
