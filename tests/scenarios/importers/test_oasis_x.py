from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import SeedPost
from simapp.scenarios.importers.people import read_people
from tests.scenarios.importers.files import COLUMNS, x_file, x_row


def edges(found):
    return list(zip(found.follower.tolist(), found.followee.tolist(), strict=True))


def reasons(found):
    return [(s.row, s.part, s.reason) for s in found.skipped]


def test_the_real_population_is_read_whole(shared_data):
    found = read_people(
        (shared_data / "oasis-propagation/users_x_111.csv").read_bytes(), name="users_x_111.csv"
    )
    assert (found.format, found.users, found.follows) == ("oasis-x", 111, 85)
    assert found.skipped == []
    assert [(p.author, p.text[:14]) for p in found.seed_posts] == [(32, "report: amazon")]
    assert found.rows.tolist() == list(range(111))
    assert np.bincount(found.followee).argmax() == 32
    assert found.hourly.shape == (111, 24)
    assert found.hourly[1].tolist()[:6] == [20, 14, 11, 7, 20, 37]
    # Of the 111 users 12 have no description, which other readers turn into the word nan.
    assert sum(p.persona == "" for p in found.profiles) == 12
    assert not any(p.persona == "nan" or p.bio == "nan" for p in found.profiles)


def test_cells_become_profiles_follows_posts_and_hours():
    found = read_people(
        x_file(
            x_row(0, following_agentid_list="[1, 2]", previous_tweets='["It\'s late", "second\\nline"]'),
            x_row(1, username="@Some Body", name="", description="a\tb", user_char="nan"),
            x_row(2, following_agentid_list="['0']", activity_level_frequency=list(range(24))),
        )
    )
    assert edges(found) == [(0, 1), (0, 2), (2, 0)]
    assert found.seed_posts == [SeedPost(0, "It's late"), SeedPost(0, "second\nline")]
    one = found.profiles[1]
    assert (one.handle, one.name, one.bio, one.persona) == ("Some_Body", "Some_Body", "a b", "")
    assert found.hourly[2].tolist() == list(range(24))
    assert found.skipped == []
    assert found.notes == []
    assert found.gender.tolist() == [0, 0, 0]
    assert found.age.tolist() == [0, 0, 0]


def test_follows_that_cannot_be_are_left_out_with_row_and_reason():
    found = read_people(
        x_file(
            x_row(0, following_agentid_list="[0, 1, 1, 9, -1, 'x', 2.0]"),
            x_row(1, following_agentid_list="0, 2"),
            x_row(2, following_agentid_list="[0"),
        )
    )
    assert edges(found) == [(0, 1), (0, 2)]
    said = [(row, reason) for row, part, reason in reasons(found) if part == "follow"]
    assert [row for row, _ in said] == [0, 0, 0, 0, 1, 2]
    assert "that are the user itself: 0" in said[0][1]
    assert "that it follows already: 1" in said[1][1]
    assert "that the file does not have: 9" in said[2][1]
    assert "that are no row numbers: -1, 'x'" in said[3][1]
    assert "not a list in square brackets" in said[4][1]
    assert "not a list in square brackets" in said[5][1]


def test_many_unknown_users_are_one_finding():
    found = read_people(x_file(x_row(0, following_agentid_list=list(range(100, 400)))))
    assert len(found.skipped) == 1
    assert "100, 101, 102, 103, 104 and 295 more" in found.skipped[0].reason


def test_rows_without_a_usable_user_are_skipped_and_follow_lists_still_mean_rows():
    found = read_people(
        x_file(
            x_row(0, username=""),
            x_row(1, following_agentid_list="[3, 0]"),
            x_row(2, username="USER1"),
            x_row(3, following_agentid_list="[1]"),
            x_row(4, username="x" * 101),
        )
    )
    assert found.users == 2
    assert found.rows.tolist() == [1, 3]
    assert edges(found) == [(0, 1), (1, 0)]
    assert [(row, part) for row, part, _ in reasons(found)] == [
        (0, "user"), (1, "follow"), (2, "user"), (4, "user"),
    ]  # fmt: skip
    assert "that were skipped: 0" in found.skipped[1].reason
    assert "taken by row 1" in found.skipped[2].reason
    assert str(found.skipped[0]) == "row 0: Its username is empty."


def test_a_row_with_too_few_or_too_many_cells_is_skipped():
    lines = x_file(x_row(0), x_row(1), x_row(2)).decode().splitlines()
    lines[2] = "1,too,few"
    lines[3] += ",more"
    found = read_people("\n".join(lines).encode())
    assert found.users == 1
    assert [s.reason for s in found.skipped] == [
        "It has 3 cells; the header has 8.",
        "It has 9 cells; the header has 8.",
    ]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ([1] * 23, "has 23 values, not 24"),
        ([1] * 25, "has 25 values, not 24"),
        ([*[1] * 23, -1], "has -1 at hour 23, not a count"),
        ([*[1] * 23, "x"], "has 'x' at hour 23, not a number"),
        ([*[1] * 23, True], "has True at hour 23, not a number"),
        ("[1, 2", "not a list in square brackets"),
        ("__import__('os')", "not a list in square brackets"),
        ("[__import__('os').getpid()]", "cannot be read as a list"),
        ("[" * 5000 + "]" * 5000, "cannot be read as a list"),
        ("[" + "-" * 5000 + "1]", "cannot be read as a list"),
        ("[1e999" + ", 1" * 23 + "]", "has inf at hour 0"),
    ],
)
def test_hours_that_cannot_be_read_are_left_out_and_the_user_stays(cell, words):
    found = read_people(x_file(x_row(0, activity_level_frequency=cell)))
    assert found.users == 1
    assert np.isnan(found.hourly[0]).all()
    assert [(s.row, s.part) for s in found.skipped] == [(0, "activity")]
    assert words in found.skipped[0].reason


def test_posts_that_are_no_text_are_left_out():
    found = read_people(
        x_file(x_row(0, previous_tweets="['ok', 5, '', None, '\\\\d']"), x_row(1, previous_tweets="nope"))
    )
    assert [p.text for p in found.seed_posts] == ["ok", "\\d"]
    assert [(s.row, s.part) for s in found.skipped] == [(0, "post")] * 3 + [(1, "post")]


def test_a_user_with_a_thousand_posts_and_more_is_cut_and_told():
    found = read_people(x_file(x_row(0, previous_tweets=["hi"] * 1002)))
    assert len(found.seed_posts) == 1000
    assert "1002 earlier posts; 1000 were read" in found.skipped[0].reason


def test_columns_that_may_be_missing_are_noted():
    found = read_people(x_file(x_row(0), columns=("username", "description", "user_char", "followers_count")))
    assert (found.users, found.follows, found.seed_posts) == (1, 0, [])
    assert len(found.notes) == 4
    assert "nobody follows anybody" in found.notes[0]
    assert "Columns not read: followers_count." in found.notes


def test_other_user_ids_are_noted_because_follow_lists_mean_rows():
    found = read_people(x_file(x_row(0, user_id=77), x_row(1, following_agentid_list="[0]")))
    assert edges(found) == [(1, 0)]
    assert "user_id differs from the row number in 1 rows" in found.notes[0]


def test_a_field_may_span_lines_and_hold_quotes():
    found = read_people(x_file(x_row(0, description='two\nlines, "quoted"'), x_row(1)))
    assert found.profiles[0].bio == 'two\nlines, "quoted"'
    assert found.users == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\n", "no columns username, description, user_char"),
        (x_file(x_row(0), columns=("username", "user_char")), "no column description"),
        (x_file(), "no usable user among 0 rows."),
        (x_file(x_row(0, username="")), "the first was skipped because: row 0: Its username is empty."),
        (b"username,description,user_char,username\na,b,c,d\n", "column username appears twice"),
        (b'username,description,user_char\n"a,b,c\n', "not valid CSV at line 2"),
        (b'username,description,user_char\n"a"x,b,c\n', "not valid CSV at line 2"),
        (
            b"username,description,user_char,following_agent_id_list\na,b,c,d\n",
            "did you mean following_agentid_list?",
        ),
        (",".join(["username", "description", "user_char", *map(str, range(300))]).encode(), "303 columns"),
        (x_file(x_row(0, description="x" * 200_000)), "not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(data, words):
    with pytest.raises(WrongInput) as refused:
        read_people(data, name="people.csv")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_columns_may_stand_in_any_order():
    one, other = (x_file(x_row(0), x_row(1), columns=c) for c in (COLUMNS, tuple(reversed(COLUMNS))))
    assert read_people(one).profiles == read_people(other).profiles
