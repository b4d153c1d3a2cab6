"""Exports in the browser."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.test import AsyncRequestFactory
from django.urls import reverse

from simapp.models import Export
from simapp.web.streaming import zip_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client


def test_asking_for_an_export_puts_it_into_the_list(browser: Client, run: Any) -> None:
    run.step = 2
    run.save()
    page = browser.post(reverse("export", args=[run.pk]), {"format": "oasis"}, follow=True).content.decode()
    assert "The OASIS SQLite export has begun" in page
    assert Export.objects.get().format == "oasis"
    assert "waiting for a worker" in page


@pytest.mark.parametrize(
    ("step", "format", "sentence"),
    [
        (2, "pdf", "format is &#x27;pdf&#x27;; it must be one of csv"),
        (-1, "csv", "There is nothing to export before"),
    ],
)
def test_an_export_that_cannot_be_made_is_refused_in_a_sentence(
    browser: Client, run: Any, step: int, format: str, sentence: str
) -> None:
    run.step = step
    run.save()
    page = browser.post(reverse("export", args=[run.pk]), {"format": format}, follow=True).content.decode()
    assert sentence in page
    assert not Export.objects.exists()


def test_the_manifest_page_lists_files_with_rows_and_hashes(
    browser: Client, make_export: Callable[..., Any]
) -> None:
    export = make_export(posts__csv=b"a\n1\n", manifest__json=b"{}")
    page = browser.get(reverse("export-page", args=[export.pk])).content.decode()
    for word in ("posts.csv", "manifest.json", "ab" * 32, "seed"):
        assert word in page


def test_one_file_comes_as_it_is(browser: Client, make_export: Callable[..., Any]) -> None:
    export = make_export(posts__csv=b"a,b\n" * 500_000)
    answer = browser.get(reverse("download-file", args=[export.pk, "posts.csv"]))
    assert b"".join(answer.streaming_content) == b"a,b\n" * 500_000
    assert answer["Content-Length"] == "2000000"
    assert answer["Content-Disposition"] == 'attachment; filename="posts.csv"'


def test_everything_comes_as_a_zip_that_holds_the_same_bytes(
    browser: Client, make_export: Callable[..., Any]
) -> None:
    export = make_export(posts__csv=b"a,b\n" * 700_000, manifest__json=b"{}")
    answer = browser.get(reverse("download", args=[export.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert packed.testzip() is None
        top = f"run-{export.run_id}"
        assert sorted(packed.namelist()) == [f"{top}/manifest.json", f"{top}/posts.csv"]
        assert packed.read(f"{top}/posts.csv") == b"a,b\n" * 700_000


async def test_an_asgi_server_gets_the_zip_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_bytes(b"z" * 5_000_000)
    asked = AsyncRequestFactory().get("/")
    answer = zip_response(asked, "run.zip", "run-1", [("posts.csv", tmp_path / "posts.csv")])
    pieces = [piece async for piece in answer.streaming_content]
    assert len(pieces) >= 5
    assert max(map(len, pieces)) < 2_000_000
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as packed:
        assert packed.read("run-1/posts.csv") == b"z" * 5_000_000


@pytest.mark.parametrize("name", ["../secret", "..%2fsecret", "/etc/passwd", "posts.csv/..", "none.csv"])
def test_no_name_leads_out_of_the_folder(
    browser: Client, make_export: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    export = make_export(posts__csv=b"a")
    (tmp_path / "exports" / "secret").write_text("x")
    assert browser.get(f"/exports/{export.pk}/files/{name}").status_code in {404, 301}


def test_a_link_in_the_folder_is_not_followed(
    browser: Client, make_export: Callable[..., Any], tmp_path: Path
) -> None:
    export = make_export(posts__csv=b"a")
    (tmp_path / "secret").write_text("x")
    (tmp_path / "exports" / "1" / "link.csv").symlink_to(tmp_path / "secret")
    assert browser.get(reverse("download-file", args=[export.pk, "link.csv"])).status_code == 404
    assert "link.csv" not in browser.get(reverse("export-page", args=[export.pk])).content.decode()


def test_a_folder_outside_the_data_root_is_not_served(
    browser: Client, make_export: Callable[..., Any], settings: Any, tmp_path: Path
) -> None:
    export = make_export(posts__csv=b"a")
    settings.SOCIARIUM_DATA_ROOT = tmp_path / "elsewhere"
    assert browser.get(reverse("download", args=[export.pk])).status_code == 404


def test_an_unfinished_export_has_no_download(browser: Client, make_export: Callable[..., Any]) -> None:
    export = make_export(posts__csv=b"a")
    Export.objects.update(status="running", progress=0.4, doing="events: 4 of 10 rows")
    assert browser.get(reverse("download", args=[export.pk])).status_code == 404
    assert "events: 4 of 10 rows" in browser.get("/exports/").content.decode()
    assert "40 %" in browser.get(reverse("export-page", args=[export.pk])).content.decode()


def test_a_failed_export_says_why(browser: Client, make_export: Callable[..., Any]) -> None:
    make_export()
    Export.objects.update(status="failed", error="No space left on <device>")
    assert "No space left on &lt;device&gt;" in browser.get("/exports/").content.decode()
