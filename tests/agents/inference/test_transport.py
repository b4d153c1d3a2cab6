"""Through which proxy a server is reached."""

from __future__ import annotations

import pytest

from agents.inference.endpoint.transport import proxy_of


@pytest.fixture(autouse=True)
def _proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "models.example")


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("https://api.example.org/v1", "http://proxy.example:3128"),
        ("http://api.example.org/v1", None),
        ("https://models.example/v1", None),
        ("https://127.0.0.1:8000/v1", None),
        ("https://[::1]:8000/v1", None),
        ("https://localhost/v1", None),
    ],
)
def test_the_environments_proxy_is_for_what_lies_outside(address, proxy):
    assert proxy_of(address) == proxy
