"""The exported JSON Schema is the one that documents are checked with, and other programs can use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simapp.scenarios.document import as_dict, json_schema
from simapp.scenarios.gallery import get_gallery, list_gallery

FILE = Path(__file__).resolve().parents[2] / "docs" / "scenario.schema.json"


def test_the_exported_schema_is_the_current_one() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == json_schema(), "manage.py schema > docs/scenario.schema.json"


@pytest.mark.parametrize("slug", list_gallery())
def test_an_independent_validator_accepts_the_gallery_and_refuses_an_unknown_field(slug: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    checker = jsonschema.Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))
    document = as_dict(get_gallery(slug))
    assert list(checker.iter_errors(document)) == []
    assert list(checker.iter_errors({**document, "colour": "red"}))
    assert list(checker.iter_errors({**document, "population": {**document["population"], "users": 0}}))
