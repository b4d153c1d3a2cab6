"""What differs between two scenarios, and taking it over."""

from __future__ import annotations

from typing import Any

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.differences import differences, few_digits, with_differences
from simapp.scenarios.document import as_dict, load_scenario
from simapp.scenarios.gallery import get_gallery, list_gallery


def _document(**fields: Any) -> dict[str, Any]:
    return as_dict(load_scenario({"title": "t", **fields}))


def test_only_settings_that_differ_are_listed_with_both_values() -> None:
    found = differences(
        _document(population={"users": 200}, feed={"k": 5}), _document(population={"users": 300}, feed={"k": 5})
    )
    assert [(one.path, one.before, one.after) for one in found] == [("population.users", 200, 300)]
    assert found[0].short == "population.users 200 → 300"
    assert found[0].group == "population"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.30000000000000004, 0.25, "share 0.3 → 0.25"),
        (1 / 60, 0.5, "share ≈\u202f0.0167 → 0.5"),
        (0.30000000000000004, 0.3, "share 0.30000000000000004 → 0.3"),
        (0.123456, 0.123457, "share 0.123456 → 0.123457"),
        (12345.5, 7, "share 12345.5 → 7"),
        (None, 2 / 3, "share empty → ≈\u202f0.6667"),
        (1.23456e-7, 2.0, "share ≈\u202f1.23e-07 → 2.0"),
    ],
)
def test_numbers_have_few_digits_unless_that_would_hide_the_change(before: Any, after: Any, said: str) -> None:
    (found,) = differences({"share": before}, {"share": after})
    assert found.short == said
    shown = [text for _, text in found.lines]
    assert shown == [text.replace("empty", "none") for text in said.removeprefix("share ").split(" → ")]


def test_an_exact_setting_is_never_marked_as_rounded() -> None:
    for value in (0.0, 1.0, -0.25, 0.0001, 1e-9, 250000.0, 12345.6789):
        assert few_digits(value) == repr(value)


def test_a_group_of_another_kind_is_one_difference_named_by_its_kinds() -> None:
    found = differences(_document(), _document(network={"kind": "watts_strogatz", "rewire": 0.5}))
    assert [one.path for one in found] == ["network"]
    assert found[0].short == "network barabasi_albert → watts_strogatz"


def test_of_lists_only_items_that_came_or_went_are_shown() -> None:
    post = {"text": "hello", "topic": "housing"}
    one, two = _document(seed_posts=[post]), _document(seed_posts=[post, {**post, "text": "again"}])
    found = differences(one, two)
    assert [one.short for one in found] == ["seed_posts: 1 added, 0 removed"]
    assert [mark for mark, _ in found[0].lines] == ["+"]
    assert "again" in found[0].lines[0][1]


def test_named_values_are_compared_as_a_whole() -> None:
    found = differences(_document(), _document(feed={"preset": "reddit-hot", "params": {"epoch_hours": 2}}))
    assert [one.path for one in found] == ["feed.preset", "feed.params"]


@pytest.mark.parametrize("slug", list_gallery())
def test_taking_over_every_difference_makes_the_documents_equal(slug: str) -> None:
    mine, other = _document(), as_dict(get_gallery(slug))
    paths = [one.path for one in differences(mine, other)]
    assert len(paths) > 3
    assert with_differences(mine, other, paths) == other
    assert differences(mine, mine) == []


@pytest.mark.parametrize("path", ["nowhere", "population.nowhere", "title.inner", "", "network.rewire"])
def test_a_path_that_one_of_them_lacks_is_refused(path: str) -> None:
    with pytest.raises(WrongInput, match="no setting of both"):
        with_differences(_document(), _document(), [path])
