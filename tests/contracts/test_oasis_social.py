"""Facts of OASIS's own tests about groups, products, repetition and separate runs, numbers in brackets.

Where OASIS is wrong, the better form is asserted (marked "better").
"""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.actions.door import carry_out
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.products import Products
from simapp.engine.core.world import World
from tests.contracts.test_actions import request
from tests.recommender.worlds import found


@pytest.fixture
def world() -> World:
    world = found(5, texts=["readers", "hello"])
    world.products = Products.named(world.texts, ["apple"])
    return world


def do(world: World, name: str, actor: int, **what: int) -> Outcome:
    return Outcome(int(carry_out(world, request(name, actor, **what)).outcome[0]))


def test_one_group_three_members_one_message(world: World) -> None:
    # [21]
    assert do(world, "create_group", 0, text=0) == Outcome.DONE
    assert do(world, "join_group", 1, item=0) == do(world, "join_group", 2, item=0) == Outcome.DONE
    assert do(world, "send_to_group", 1, item=0, text=1) == Outcome.DONE
    heard = world.groups.listen(np.arange(5, dtype=np.int32))
    assert (heard.groups.tolist(), heard.joined[0].tolist()) == ([0], [0, 1, 2])
    assert (heard.sender.tolist(), [world.texts[t] for t in heard.text]) == ([1], ["hello"])


def test_only_members_send_and_nobody_joins_twice(world: World) -> None:
    # [21]
    do(world, "create_group", 0, text=0)
    do(world, "join_group", 1, item=0)
    assert do(world, "send_to_group", 3, item=0, text=1) == Outcome.NOT_A_MEMBER
    assert do(world, "join_group", 1, item=0) == Outcome.DUPLICATE
    assert do(world, "join_group", 0, item=0) == Outcome.DUPLICATE, "who made it is in it"
    assert do(world, "leave_group", 1, item=0) == Outcome.DONE
    assert do(world, "send_to_group", 1, item=0, text=1) == Outcome.NOT_A_MEMBER
    assert world.groups.listen(np.arange(5, dtype=np.int32)).text.tolist() == []


def test_who_leaves_and_sends_in_one_step_has_left(world: World) -> None:
    # [21], whatever the order in which a mind wrote the two down
    do(world, "create_group", 0, text=0)
    for order in (0, 1):
        both = [request("send_to_group", 0, item=0, text=1, n=order), request("leave_group", 0, item=0, n=1 - order)]
        events = carry_out(world, ActionBatch.join(both if order == 0 else both[::-1]))
        assert sorted(events.outcome.tolist()) == [Outcome.DONE, Outcome.NOT_A_MEMBER]
        assert do(world, "join_group", 0, item=0) == Outcome.DONE


def test_two_and_one_make_three_sales(world: World) -> None:
    # [22]
    assert do(world, "purchase_product", 0, item=0, amount=2) == Outcome.DONE
    assert do(world, "purchase_product", 1, item=0, amount=1) == Outcome.DONE
    assert world.products.sales.tolist() == [3]
    assert do(world, "purchase_product", 1, item=1, amount=1) == Outcome.UNKNOWN_PRODUCT
    assert world.products.sales.tolist() == [3]


@pytest.mark.parametrize("amount", [0, -1])
def test_buying_nothing_or_less_is_refused(world: World, amount: int) -> None:
    # [22], better: OASIS sells minus one
    assert do(world, "purchase_product", 0, item=0, amount=amount) == Outcome.NOT_POSITIVE
    assert world.products.sales.tolist() == [0]


@pytest.mark.parametrize(
    ("name", "what"), [("listen_from_group", {}), ("purchase_product", {"item": 0, "amount": 1})]
)
def test_what_may_be_repeated_in_a_step_succeeds_and_is_told_twice(world: World, name: str, what: dict) -> None:
    # [24], better: OASIS fails on the second, for a purchase after it was written
    events = carry_out(world, ActionBatch.join([request(name, 1, **what), request(name, 1, n=1, **what)]))
    assert events.outcome.tolist() == [Outcome.DONE, Outcome.DONE]
    assert events.n.tolist() == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_an_interview_keeps_prompt_and_answer_and_changes_no_memory() -> None:
    # [23] Four in one step are four, better: with an id each
    from simapp.models import RunProbe
    from simapp.runs import probes
    from tests.runs.small import busy, finish, make

    run = finish(make(busy("rumour", "feed.preset=chronological"), steps=2))
    for users in ([0, 1, 2], [0]):
        probe = probes.create(run=run, member=None, users=users, prompt="What do you think?")
        assert probes.answer(probe.pk).status == "done"
    rows = list(RunProbe.objects.filter(run_id=run.pk))
    assert len({(row.probe_id, row.seq) for row in rows}) == 4
    assert len({row.response for row in rows if row.user_id == 0}) == 1, "asking left nothing behind"
    digest = run.digest_hex
    run.refresh_from_db()
    assert (run.digest_hex, run.step) == (digest, 2)


@pytest.mark.django_db(transaction=True)
def test_two_runs_side_by_side_are_what_each_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # [26], better: OASIS keeps one recommender per process. Words are hashed here: only the model's cost is spared.
    from recommender.embeddings.hashing import HashedWords
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.threads import Workers
    from simapp.runs.assemble import Parts
    from simapp.runs.people import people_of
    from simapp.runs.replaying import Nothing
    from tests.runs.small import busy, finish, make

    monkeypatch.setattr("recommender.scorers.similarity.MiniLM", HashedWords)
    scenarios = [(busy(slug, "feed.preset=interest"), seed) for slug, seed in (("rumour", 7), ("first-vote", 8))]
    alone = [finish(make(scenario, seed=seed, steps=5)).digest_hex for scenario, seed in scenarios]
    pairs = []
    for scenario, seed in scenarios:
        parts = Parts(scenario, Streams(seed), Workers(1))
        people = people_of(scenario, parts.streams)
        simulation = parts.simulation(parts.found_world(people), Nothing())
        simulation.found(parts.seeds(simulation.world, people.seed_posts))
        pairs.append(simulation)
    for _ in range(5):
        for simulation in pairs:
            simulation.step()
    assert [simulation.digest.hex() for simulation in pairs] == alone
