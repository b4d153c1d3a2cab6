"""A server that conforms, and models that ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.conforming import conforming_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def server() -> Iterator[Any]:
    """A conforming server on loopback."""
    with conforming_server() as found:
        yield found


@pytest.fixture
def asking() -> Iterator[Callable[..., Any]]:
    """Makes models whose time stands still; their connections are closed at the end."""
    from tests.agents.inference.asked import Asking

    made: list[Asking] = []

    def make(*endpoints: Any, **more: Any) -> Asking:
        made.append(Asking(*endpoints, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
