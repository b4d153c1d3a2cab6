"""Settings from the environment: what is wrong is named; the secret is made once and kept."""

from __future__ import annotations

import stat

import pytest

from simapp.stack.disk import free_mb, refuse_full_disk
from simapp.stack.environment import flag, number, secret_key, words
from simapp.stack.errors import StackError


def test_a_switch_reads_the_usual_words(monkeypatch):
    for text, wanted in (("1", True), ("YES", True), ("off", False), ("", False)):
        monkeypatch.setenv("SOCIARIUM_DEBUG", text)
        assert flag("SOCIARIUM_DEBUG") is wanted


def test_a_wrong_switch_is_named(monkeypatch):
    monkeypatch.setenv("SOCIARIUM_DEBUG", "perhaps")
    with pytest.raises(StackError, match="SOCIARIUM_DEBUG is 'perhaps'"):
        flag("SOCIARIUM_DEBUG")


def test_a_wrong_number_is_named(monkeypatch):
    monkeypatch.setenv("SOCIARIUM_RUN_SLOTS", "-3")
    with pytest.raises(StackError, match="SOCIARIUM_RUN_SLOTS is '-3'"):
        number("SOCIARIUM_RUN_SLOTS", 3)


def test_a_list_is_separated_by_commas(monkeypatch):
    monkeypatch.setenv("SOCIARIUM_HOSTS", " a.example, b.example ,,")
    assert words("SOCIARIUM_HOSTS") == ["a.example", "b.example"]


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = secret_key(tmp_path / "var")
    assert len(first) >= 50
    assert secret_key(tmp_path / "var") == first
    assert stat.S_IMODE((tmp_path / "var/secret_key").stat().st_mode) == 0o600
    assert [entry.name for entry in (tmp_path / "var").glob("secret_key*")] == ["secret_key"]


def test_two_checkouts_have_two_secrets(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert secret_key(tmp_path / "one") != secret_key(tmp_path / "two")


def test_a_half_written_secret_is_replaced(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "secret_key").write_text("short", encoding="ascii")
    assert len(secret_key(tmp_path)) >= 50


def test_the_secret_of_the_environment_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    assert secret_key(tmp_path / "var") == "from the environment"
    assert not (tmp_path / "var").exists()


def test_a_full_disk_is_refused_in_one_sentence(tmp_path):
    free = free_mb(tmp_path)
    with pytest.raises(
        StackError, match=r"^Only \d+ MB are free on the disk of .*; at least \d+ MB are needed: [^.]*\.$"
    ):
        refuse_full_disk(tmp_path / "not/there/yet", least_mb=free + 1_000_000)
    refuse_full_disk(tmp_path, least_mb=0)
