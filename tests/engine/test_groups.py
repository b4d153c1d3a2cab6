"""Groups: who is in them, what can be read, and that memory and names stay what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.actions.door import carry_out
from simapp.engine.actions.listen_from_group import Here as Listen
from simapp.engine.core import ids, snapshots
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.groups import KEPT, Groups
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World
from tests.contracts.test_actions import numbered, request
from tests.recommender.worlds import found

A, B, C = 0, 1, 2
TEXTS = ["book club", "hello", "bye", "runners"]


@pytest.fixture
def world() -> World:
    return found(6, texts=TEXTS)


def do(world: World, name: str, actor: int, **what: int) -> Outcome:
    return Outcome(int(carry_out(world, request(name, actor, **what)).outcome[0]))


def users(*chosen: int) -> np.ndarray:
    return np.array(chosen, np.int32)


def test_the_creator_of_a_group_is_its_first_member(world: World) -> None:
    world.step = 5
    event = carry_out(world, request("create_group", B, text=0, n=3))
    assert (event.outcome.tolist(), event.item.tolist()) == ([0], [0])
    assert tuple(int(x) for x in ids.split_post_key(world.groups.key[0])) == (B, 5, 3)
    assert world.groups.has(users(0, 0), users(A, B)).tolist() == [False, True]
    assert world.groups.size.tolist() == [1]


def test_two_groups_may_have_one_name(world: World) -> None:
    assert do(world, "create_group", A, text=0) == do(world, "create_group", A, text=0, n=1) == Outcome.DONE
    assert len(world.groups) == 2


def test_who_left_may_come_back(world: World) -> None:
    do(world, "create_group", A, text=0)
    assert do(world, "join_group", B, item=0) == Outcome.DONE
    assert do(world, "leave_group", B, item=0) == Outcome.DONE
    assert do(world, "leave_group", B, item=0) == Outcome.NOTHING_TO_UNDO
    assert do(world, "join_group", B, item=0) == Outcome.DONE
    assert world.groups.size.tolist() == [2]


def test_a_group_can_be_named_from_the_step_after_its_creation(world: World) -> None:
    both = ActionBatch.join([request("create_group", A, text=0), request("join_group", B, item=0)])
    events = carry_out(world, both)
    assert dict(zip(events.actor.tolist(), events.outcome.tolist(), strict=True)) == {
        A: Outcome.DONE,
        B: Outcome.UNKNOWN_GROUP,
    }


def test_who_listens_reads_all_groups_and_the_messages_of_their_own(world: World) -> None:
    do(world, "create_group", A, text=0)
    do(world, "create_group", C, text=3)
    do(world, "join_group", B, item=0)
    do(world, "send_to_group", A, item=0, text=1)
    do(world, "send_to_group", C, item=1, text=1)
    do(world, "send_to_group", B, item=0, text=2)
    before = snapshots_of(world)
    assert do(world, "listen_from_group", B) == do(world, "listen_from_group", B, n=1) == Outcome.DONE
    heard = Listen.read(world, users(B))
    assert [world.texts[t] for t in heard.names] == ["book club", "runners"]
    assert [pair.tolist() for pair in heard.joined] == [[B], [0]]
    assert heard.sender.tolist() == [A, B], "and nothing of the runners"
    assert [world.texts[t] for t in heard.text] == ["hello", "bye"]
    assert snapshots_of(world) == before, "listening changes nothing"


def snapshots_of(world: World) -> list[bytes]:
    return [a.tobytes() for a in world.groups.to_arrays().values()]


def test_a_group_remembers_its_last_messages_and_memory_stays_flat(world: World) -> None:
    do(world, "create_group", A, text=0)
    do(world, "create_group", B, text=3)
    do(world, "send_to_group", B, item=1, text=1)
    groups, most = world.groups, 0
    for step in range(1, 401):
        world.step = step
        sent = 100
        groups.send(np.zeros(sent, np.int32), users(*[A] * sent), step, np.full(sent, 2, np.int32))
        most = max(most, groups._said["group"].shape[0])
    heard = Listen.read(world, users(A, B))
    assert np.bincount(heard.group).tolist() == [KEPT, 1], "a busy group does not push out a quiet one's"
    assert heard.step[:KEPT].tolist() == [399] * 100 + [400] * 100
    assert most < 20_000, "40,000 messages were sent"


def test_a_world_without_groups_holds_next_to_nothing_for_them(world: World) -> None:
    assert sum(a.nbytes for a in world.groups.to_arrays().values()) == 0
    assert world.groups.members._keys.nbytes + world.groups.members._flags.nbytes < 1000


moves = st.lists(
    st.builds(
        request,
        st.sampled_from(["create_group", "join_group", "leave_group", "send_to_group", "listen_from_group"]),
        st.integers(0, 5),
        text=st.integers(-1, 3),
        item=st.integers(-1, 4),
    ),
    max_size=20,
).map(lambda rows: numbered(ActionBatch.join(rows)))


@given(st.lists(moves, max_size=4))
def test_members_are_who_joined_and_did_not_leave_and_only_they_are_heard(steps: list[ActionBatch]) -> None:
    world = found(6, texts=TEXTS)
    members: dict[int, set[int]] = {}
    said: list[tuple[int, int, int]] = []
    for step, batch in enumerate(steps, 1):
        world.step = step
        tell(carry_out(world, batch), members, said)
    for group, inside in members.items():
        asked = np.array(range(6), np.int32)
        assert set(np.flatnonzero(world.groups.has(np.full(6, group, np.int32), asked))) == inside
    assert world.groups.size.tolist() == [len(members[g]) for g in sorted(members)]
    heard = world.groups.listen(np.arange(6, dtype=np.int32))
    found_now = list(zip(heard.group.tolist(), heard.sender.tolist(), heard.text.tolist(), strict=True))
    assert found_now == sorted((line for line in said if members[line[0]]), key=lambda line: line[0])


def tell(events: EventBatch, members: dict[int, set[int]], said: list[tuple[int, int, int]]) -> None:
    """The same story, kept in plain sets."""
    codes = {60: "create", 61: "join", 62: "leave", 63: "send"}
    rows = zip(events.code, events.outcome, events.actor, events.item, events.text, strict=True)
    for code, outcome, actor, item, text in ((int(v) for v in row) for row in rows):
        if outcome:
            continue
        match codes.get(code):
            case "create":
                members[item] = {actor}
            case "join":
                assert actor not in members[item]
                members[item].add(actor)
            case "leave":
                members[item].remove(actor)
            case "send":
                assert actor in members[item]
                said.append((item, actor, text))


@given(st.lists(moves, max_size=3))
def test_groups_come_back_from_a_snapshot_as_they_were(steps: list[ActionBatch]) -> None:
    world = found(6, texts=TEXTS)
    for step, batch in enumerate(steps, 1):
        world.step = step
        carry_out(world, batch)
    again = Groups.from_arrays(world.groups.to_arrays())
    for name, array in world.groups.to_arrays().items():
        assert np.array_equal(array, again.to_arrays()[name]), name
    assert again.size.tolist() == world.groups.size.tolist()


def test_a_snapshot_file_holds_groups_and_products(world: World, tmp_path: Path) -> None:
    do(world, "create_group", A, text=0)
    do(world, "join_group", B, item=0)
    do(world, "send_to_group", B, item=0, text=1)
    name, digest, _ = snapshots.save(world, tmp_path)
    again = snapshots.load(tmp_path / name, digest)
    assert do(again, "join_group", B, item=0) == Outcome.DUPLICATE
    assert again.groups.listen(users(A)).sender.tolist() == [B]


@pytest.mark.parametrize("threads", [1, 2])
def test_group_numbers_follow_the_canonical_order_not_the_order_of_arrival(world: World, threads: int) -> None:
    rows = [request("create_group", actor, text=0, n=n) for actor in (4, 1, 3) for n in range(threads)]
    carry_out(world, numbered(ActionBatch.join(rows)))
    authors = ids.split_post_key(world.groups.key)[0]
    assert authors.tolist() == sorted(authors.tolist())
