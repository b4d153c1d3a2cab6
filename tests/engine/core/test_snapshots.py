"""A snapshot gives back exactly the world that was saved, or is refused."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simapp.engine.core import ids, snapshots
from simapp.engine.core.clock import Clock
from simapp.engine.core.errors import SnapshotDamaged
from simapp.engine.core.population import ListedProfiles, Population, ProfileRow
from simapp.engine.core.products import Products
from simapp.engine.core.rules import Rules
from simapp.engine.core.texts import Texts
from simapp.engine.core.world import LIKED, REPOSTED, World


def a_world(users: int = 7, posts: int = 5, seen: int = 3, seed: int = 1) -> World:
    """A small world in which every column holds something."""
    rng = np.random.default_rng(seed)
    edges = rng.permutation(users * users)[: users * 2]
    follower, followee = (edges // users).astype(np.int32), (edges % users).astype(np.int32)
    kept = follower != followee
    population = Population(
        profiles=ListedProfiles([ProfileRow(f"u{i}", f"U {i}") for i in range(users)]),
        age=rng.integers(13, 80, users).astype(np.int16),
        gender=rng.integers(0, 4, users).astype(np.uint8),
        rhythm=np.zeros(users, np.int32),
        rhythms=rng.random((1, 24), np.float32),
        level=rng.random(users, np.float32),
        voice=rng.random(users, np.float32),
        opinions=rng.normal(size=(users, 2)),
        follower=follower[kept],
        followee=followee[kept],
        community=rng.integers(-1, 3, users).astype(np.int32),
    )
    offered = np.zeros(256, np.bool_)
    offered[[1, 3, 9]] = True
    world = World.found(
        population,
        clock=Clock(datetime(2026, 3, 1, 6, 30, tzinfo=UTC), 15),
        rules=Rules(offered=offered, show_score=True, hot_steps=9, seen_memory=seen),
        topics=["housing", "ätherisch 🏠"],
        texts=Texts(["first", "zwei ✓", ""]),
        opinion_scale=2.5,
        opinion_range=(0.0, 1.0),
    )
    world.step = 4
    world.texts.add("written later")
    world.texts.first_used(np.array([1, 3], np.int32))
    author = rng.integers(0, users, posts).astype(np.int32)
    world.posts.append(
        key=ids.post_key(author, 2, np.arange(posts)),
        author=author,
        step=np.full(posts, 2),
        root=np.arange(posts),
        parent=np.full(posts, -1),
        text=np.full(posts, 1),
        stance=rng.random(posts),
    )
    if posts:
        world.posts.evict_before(1)
        pairs = ids.pair(np.arange(users), np.full(users, posts - 1))
        world.reactions.set(pairs, LIKED)
        world.reactions.set(pairs[:2], REPOSTED)
        world.reactions.clear(pairs[3:4], LIKED)
    world.mutes.set(ids.pair([0, 1], [2, 3]), 1)
    world.mute_count = 2
    made = world.groups.found(ids.post_key([1, 3], [2, 3], [0, 1]), np.array([0, 1], np.int32))
    world.groups.join(made, np.array([0, 0], np.int32))
    world.groups.send(made, np.array([1, 0], np.int32), 3, np.array([1, 3], np.int32))
    world.products = Products.named(world.texts, ["mug"])
    world.products.sales[:] = 2**40
    world.users.seen_at[:] = 1 % max(seen, 1)
    world.extra = {
        "interest": rng.normal(size=(users, 4)).astype(np.float16),
        "flags": rng.random(users) < 0.5,
        "empty": np.zeros((0, 3), np.int8),
        "one": np.array(7, np.int64),
        "columns": np.asfortranarray(rng.integers(0, 9, (3, 2))),
    }
    return world


def assert_same(a: World, b: World) -> None:
    """Every array and scalar, types included."""
    assert (a.clock, a.topics, a.step, a.opinion_scale, a.opinion_range, a.mute_count) == (
        b.clock,
        b.topics,
        b.step,
        b.opinion_scale,
        b.opinion_range,
        b.mute_count,
    )
    for f in fields(a.rules):
        np.testing.assert_array_equal(getattr(a.rules, f.name), getattr(b.rules, f.name), strict=True)
    for f in fields(a.users):
        np.testing.assert_array_equal(getattr(a.users, f.name), getattr(b.users, f.name), strict=True)
    for name in ("indptr", "followees", "followers", "following", "version"):
        np.testing.assert_array_equal(getattr(a.follows, name), getattr(b.follows, name), strict=True)
    for one, two in (
        (a.posts.to_arrays(), b.posts.to_arrays()),
        (a.texts.to_arrays(), b.texts.to_arrays()),
        (dict(enumerate(a.reactions.items())), dict(enumerate(b.reactions.items()))),
        (dict(enumerate(a.mutes.items())), dict(enumerate(b.mutes.items()))),
        (a.groups.to_arrays(), b.groups.to_arrays()),
        (a.products.to_arrays(), b.products.to_arrays()),
        (a.extra, b.extra),
    ):
        assert one.keys() == two.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], two[name], strict=True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 20), st.integers(0, 12), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_a_loaded_world_equals_the_saved_one(tmp_path, users, posts, seen, seed):
    world = a_world(users=max(users, 4), posts=posts, seen=seen, seed=seed)
    name, digest, size = snapshots.save(world, tmp_path)
    assert (tmp_path / name).stat().st_size == size
    assert_same(snapshots.load(tmp_path / name, digest), world)


def test_what_is_kept_beside_the_world_comes_back(tmp_path):
    name, digest, _ = snapshots.save(a_world(), tmp_path, {"digest": "ab" * 32, "feed": "interest"})
    assert snapshots.read_extra(tmp_path / name, digest) == {"digest": "ab" * 32, "feed": "interest"}


def test_a_snapshot_from_before_there_were_groups_is_read(tmp_path, monkeypatch):
    whole = snapshots._arrays
    earlier = lambda world: {n: a for n, a in whole(world).items() if not n.startswith(("groups/", "products/"))}  # noqa: E731
    monkeypatch.setattr(snapshots, "_arrays", earlier)
    name, digest, _ = snapshots.save(a_world(), tmp_path)
    world = snapshots.load(tmp_path / name, digest)
    assert (len(world.groups), len(world.products)) == (0, 0)


def test_the_same_world_gives_the_same_file(tmp_path):
    assert snapshots.save(a_world(), tmp_path / "a") == snapshots.save(a_world(), tmp_path / "b")


def test_a_loaded_world_does_not_share_memory_with_a_file(tmp_path):
    name, digest, _ = snapshots.save(a_world(), tmp_path)
    world = snapshots.load(tmp_path / name, digest)
    world.users.opinions += 1
    world.extra["interest"][:] = 0
    assert_same(snapshots.load(tmp_path / name, digest), a_world())


def test_any_flipped_byte_is_refused(tmp_path):
    name, digest, size = snapshots.save(a_world(), tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    for at in {*range(60), *range(60, size, max(1, size // 150)), size - 1}:
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :])
        with pytest.raises(SnapshotDamaged):
            snapshots.load(path, digest)


@pytest.mark.parametrize("cut", [0, 10, 200, -1])
def test_a_cut_file_is_refused(tmp_path, cut):
    name, digest, _ = snapshots.save(a_world(), tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SnapshotDamaged, match="does not match its hash"):
        snapshots.load(path, digest)


@pytest.mark.parametrize(
    "content", [b"", b"anything", snapshots.MAGIC, snapshots.MAGIC + b"\x02" + b"\0" * 7 + b"{}"]
)
def test_a_file_of_another_kind_is_refused_even_with_its_own_hash(tmp_path, content):
    import hashlib

    path = tmp_path / "x.zst"
    path.write_bytes(content)
    with pytest.raises(SnapshotDamaged):
        snapshots.load(path, hashlib.blake2b(content, digest_size=32).hexdigest())


def test_a_missing_file_is_a_damaged_snapshot(tmp_path):
    with pytest.raises(SnapshotDamaged, match="cannot be read"):
        snapshots.load(tmp_path / "nowhere.zst", "0" * 64)


def test_objects_are_refused_and_leave_no_file(tmp_path):
    world = a_world()
    world.extra["bad"] = np.array([{}], object)
    with pytest.raises(TypeError, match="extra/bad"):
        snapshots.save(world, tmp_path)
    assert not list(tmp_path.iterdir())
