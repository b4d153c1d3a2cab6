"""A deployment behind HTTPS: Django's own checks are content, and every answer carries its safety headers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.hashers import make_password

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client


def test_djangos_deployment_checks_find_nothing(project_root: Path) -> None:
    production = {"SOCIARIUM_HTTPS": "1", "SOCIARIUM_HOSTS": "sociarium.example"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=project_root, env={**os.environ, **production}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr


@pytest.mark.django_db
def test_every_answer_carries_its_safety_headers(client: Client) -> None:
    for path in ("/sign-in/", "/nowhere/", "/robots.txt", "/runs/"):
        answer = client.get(path)
        assert answer["X-Frame-Options"] == "DENY", path
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_argon2_is_what_a_password_becomes(settings: Any) -> None:
    from simapp import settings as ours

    settings.PASSWORD_HASHERS = ours.PASSWORD_HASHERS
    assert make_password("five plain words in a row").startswith("argon2$argon2id$")
