"""The table of samples for a human reader."""

from __future__ import annotations

import pytest

from agents.text.sample import main


def test_samples_are_printed_one_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--topic", "housing", "--seed", "7", "--rows", "12"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    assert all(line.startswith("housing") for line in lines[1:])


def test_an_unknown_topic_ends_with_code_two_and_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--topic", "astrology"]) == 2
    assert "topic 'astrology' has no texts" in capsys.readouterr().err
