"""The gallery: scenarios that come with the project, ready to run or to change."""

from __future__ import annotations

from pathlib import Path

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.document import Scenario, load_scenario

_FOLDER = Path(__file__).parent / "gallery"


def list_gallery() -> list[str]:
    """Return the slugs of the gallery, sorted; a slug is the file name without `.yaml`."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def gallery_text(slug: str) -> str:
    """Return the YAML text of a gallery scenario; WrongInput naming the known slugs when there is none."""
    known = list_gallery()
    if slug not in known:
        msg = f"There is no gallery scenario {slug[:60]!r}; known: {', '.join(known)}."
        raise WrongInput(msg)
    return (_FOLDER / f"{slug}.yaml").read_text(encoding="utf-8")


def get_gallery(slug: str) -> Scenario:
    """Return a gallery scenario; WrongInput naming the known slugs when there is none."""
    return load_scenario(gallery_text(slug))
