"""Addresses of services: how one URL is written for Django, for Celery, for Channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from simapp.stack.errors import StackError
from simapp.stack.postgres import DATABASE, ROLE

if TYPE_CHECKING:
    from simapp.stack.paths import StatePaths


def embedded_database_url(paths: StatePaths) -> str:
    """``postgresql://role@%2Fsocket%2Ffolder/database``: the form libpq and psycopg read too."""
    return f"postgresql://{ROLE}@{quote(str(paths.sockets), safe='')}/{DATABASE}"


def embedded_redis_url(paths: StatePaths) -> str:
    """``unix:///path/valkey.sock?db=0``: the form the redis client reads."""
    return f"unix://{paths.valkey_socket}?db=0"


def django_database(url: str) -> dict[str, Any]:
    """Turn ``postgresql://user:password@host:port/name?option=value`` into Django's settings.

    A host that begins with a slash (percent-encoded) is a folder of a unix socket. Other options of the query
    (``sslmode``, ``connect_timeout`` …) are handed to libpq.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise StackError(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name; "
            "other databases are not supported."
        )
    place, _, port = parts.netloc.rpartition("@")[2].partition(":")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # urlsplit's own hostname is lower-cased, which a socket folder's name must not be.
        "HOST": options.pop("host", unquote(place)),
        "PORT": options.pop("port", port),
        "OPTIONS": options,
    }


def celery_url(redis_url: str) -> str:
    """Write a redis client's URL the way Celery reads it; only unix sockets differ."""
    parts = urlsplit(redis_url)
    if parts.scheme in {"redis", "rediss"}:
        return redis_url
    if parts.scheme != "unix":
        raise StackError("REDIS_URL must begin with redis://, rediss:// or unix://.")
    query = dict(parse_qsl(parts.query))
    query["virtual_host"] = query.pop("db", "0")
    return f"redis+socket://{parts.path}?{urlencode(query)}"


def redis_database(redis_url: str) -> int:
    """The number of the logical database that a redis client's URL names."""
    parts = urlsplit(redis_url)
    named = dict(parse_qsl(parts.query)).get("db") or (
        "" if parts.scheme == "unix" else parts.path.strip("/")
    )
    return int(named) if named.isdigit() else 0


def with_redis_database(redis_url: str, number: int) -> str:
    """The same server, another logical database."""
    parts = urlsplit(redis_url)
    query = dict(parse_qsl(parts.query))
    path = parts.path
    if parts.scheme == "unix" or "db" in query:
        query["db"] = str(number)
    else:
        path = f"/{number}"
    # urlunsplit would drop the empty host of unix:///path
    joined = urlunsplit(("", parts.netloc, path, urlencode(query), ""))
    return f"{parts.scheme}://{joined.removeprefix('//')}"
