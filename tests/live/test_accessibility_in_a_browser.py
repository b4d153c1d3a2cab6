"""Every main page for people who use a keyboard, a screen reader, a phone or dark mode: axe-core finds nothing serious.

The pages hold hostile texts (words of ten thousand letters among them), so that nothing may widen a phone's page.
"""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    # Static files that were not collected are read through finders.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators"),
]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe" / "axe.min.js"
FIND = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  return serious.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""
# What is wider than the page makes all of it scroll sideways; tables scroll in a box of their own.
WIDER = "() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
LOOKS = ((1280, 900, "light"), (390, 844, "dark"))


@pytest.fixture
def address(db: Any) -> Iterator[str]:
    """The address of the site, served by uvicorn in a thread of this process."""
    import uvicorn

    from simapp.asgi import application

    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(application, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def test_axe_finds_nothing_serious_on_any_main_page_wide_or_narrow_light_or_dark(
    address: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    from django.db import connection

    from tests.web.main_pages import PAGES
    from tests.web.people import make_site
    from tests.web.test_hostile_text import plant

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    site = make_site(tmp_path)
    plant(site)
    pages = [(name + query, site.cookies.get(who), site.url(name) + query) for name, query, who in PAGES]
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    axe, wrong = AXE.read_text(encoding="utf-8"), []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        context = browser.new_context()
        context.set_default_timeout(15_000)
        page = context.new_page()
        for width, height, colours in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            for name, cookie, url in pages:
                context.clear_cookies()
                if cookie:
                    one = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}
                    context.add_cookies([one])
                page.goto(address + url)
                page.evaluate(axe)
                look = f"{name} at {width} px, {colours}"
                wrong += [f"{look}: {fault}" for fault in page.evaluate(FIND)]
                wider = page.evaluate(WIDER)
                wrong += [f"{look}: {wider} px wider than the screen"] * (wider > 0)
        connection.close()
        browser.close()
    assert not wrong, "\n".join(wrong)
