"""Tables of strangers: columns guessed, named, and read as people or follows."""

from __future__ import annotations

import json

import pytest

from simapp.engine.core.errors import WrongInput
from simapp.scenarios.importers.columns import columns_of, read_columns
from simapp.scenarios.importers.mapping import guess, mapped, roles_of
from simapp.scenarios.importers.people import read_people

PANEL = (
    b"Screen Name;fullName;Alter;sex;Friends;education\n"
    b"ann;Ann A.;34;f;bob, cy;BA\n"
    b"bob;Bob B.;abc;m;ann nobody;\n"
    b"ann;Ann again;20;f;;MA\n"
    b"too;few\n"
    b"cy;;51;nonbinary;@ann;PhD\n"
)


def test_columns_are_guessed_from_their_names() -> None:
    kind, roles = guess(read_columns(PANEL))
    assert kind == "people"
    assert roles == ["handle", "name", "", "gender", "follows", ""]


def test_a_table_of_follows_is_told_from_one_of_people() -> None:
    assert guess(read_columns(b"follower,followed,since\na,b,2020\n")) == ("graph", ["source", "target", ""])


def test_a_column_says_what_it_holds() -> None:
    columns = {column.name: column for column in columns_of(read_columns(PANEL))}
    assert columns["Alter"].facts == "text, 4 filled, 4 different"
    assert columns["education"].filled == 3
    assert columns["Screen Name"].samples == ["ann", "bob", "cy"]


def test_mapped_people_are_read_with_every_skipped_part_and_its_reason() -> None:
    table = read_columns(PANEL)
    roles = roles_of(
        table, "people",
        [("handle", "Screen Name"), ("name", "fullName"), ("age", "Alter"), ("gender", "sex"), ("follows", "Friends"),
         ("trait", "education")],
    )  # fmt: skip
    found = read_people(mapped(table, "people", roles), name="panel.csv")
    assert (found.format, found.users, found.age.tolist()) == ("people", 3, [34, 0, 51])
    follows = {(found.profiles[a].handle, found.profiles[b].handle)
               for a, b in zip(found.follower, found.followee, strict=True)}  # fmt: skip
    assert follows == {("ann", "bob"), ("ann", "cy"), ("bob", "ann"), ("cy", "ann")}
    assert found.profiles[0].persona == "education: BA"
    said = {(skip.row, skip.part): skip.reason for skip in found.skipped}
    assert set(said) == {(1, "field"), (1, "follow"), (2, "user"), (3, "user")}
    assert "nobody" in said[1, "follow"]
    assert "taken by row 0" in said[2, "user"]
    assert said[3, "user"] == "It has 2 cells; the header has 6."


def test_columns_that_nobody_named_are_said_to_be_left_out() -> None:
    table = read_columns(PANEL)
    found = read_people(mapped(table, "people", roles_of(table, "people", {"handle": "Screen Name"})), name="x")
    assert "education" in found.notes[0]


def test_objects_of_a_json_list_are_a_table_too() -> None:
    rows = [{"login": "ann", "tweets": ["one", "two"], "uid": 7}, {"login": "bob", "friends": [7]}]
    table = read_columns(json.dumps(rows).encode())
    kind, roles = guess(table)
    found = read_people(mapped(table, kind, roles), name="x.json")
    assert [post.text for post in found.seed_posts] == ["one", "two"]
    assert (found.follower.tolist(), found.followee.tolist()) == ([1], [0])


def test_mapped_follows_are_a_graph() -> None:
    table = read_columns(b"ego\tsince\talter\tn\nAnn A\t2020\tBob\t3\nBob\t2021\tCy\t1\n")
    content = mapped(table, "graph", ["source", "", "target", "weight"])
    found = read_people(content, name="g", graph=True)
    assert (found.users, found.follows) == (3, 2)
    assert found.profiles[0].name in {"Ann A", "Ann_A"}


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        (["", "name", "", "", "", ""], "No column is called handle"),
        (["handle", "handle", "", "", "", ""], "Two columns are called handle"),
        (["handle", "spaceship", "", "", "", ""], "spaceship is no field"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_by_field(roles: list[str], sentence: str) -> None:
    with pytest.raises(WrongInput, match=sentence):
        mapped(read_columns(PANEL), "people", roles)


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(WrongInput, match="no column Screen name; did you mean Screen Name"):
        roles_of(read_columns(PANEL), "people", {"handle": "Screen name"})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"a,b\n", "no row below"),
        (b"a,a\n1,2\n", "appears twice"),
        (b"a,,b\n1,2,3\n", "has no name"),
        (b"[1, 2]", "holds no object"),
        (b"[1, ", "not valid JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b",".join(b"c%d" % i for i in range(300)) + b"\n", "at most 200"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(WrongInput, match=sentence):
        read_columns(data)
