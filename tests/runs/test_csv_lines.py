"""CSV of pages: whatever somebody typed stays text, whatever is missing stays empty."""

from __future__ import annotations

import csv
import io

import pytest

from simapp.runs.csv_lines import csv_lines


def read(rows: list[list[object]]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(csv_lines(rows)), newline="")))


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+cmd", "-2+3", "@SUM(A1)", "\tx"])
def test_no_text_is_a_formula(text: str) -> None:
    assert read([[text]]) == [["'" + text]]


def test_ends_of_lines_stay_within_their_cell() -> None:
    assert read([["a\rb", "\r\n=1"], ["c", "d"]]) == [["a\nb", "'\n=1"], ["c", "d"]]


def test_numbers_stay_numbers_and_what_is_missing_is_empty() -> None:
    assert read([[-4.0, "-4.5", None, float("nan"), 0, "a,b"]]) == [["-4.0", "-4.5", "", "", "0", "a,b"]]


def test_a_long_table_comes_in_pieces_that_lose_nothing() -> None:
    pieces = list(csv_lines([n, "x" * 50] for n in range(5000)))
    assert len(pieces) > 2
    assert len("".join(pieces).splitlines()) == 5000
