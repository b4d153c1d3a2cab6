"""Products: what is bought is counted, and what cannot be is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simapp.engine.actions.door import carry_out
from simapp.engine.core import snapshots
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.products import Products
from simapp.engine.core.world import World
from simapp.runs.assemble import Parts
from simapp.scenarios.checks import advice
from simapp.scenarios.document import load_scenario
from simapp.scenarios.problems import ScenarioInvalid
from tests.contracts.test_actions import numbered, request
from tests.recommender.worlds import found


@pytest.fixture
def world() -> World:
    world = found(6)
    world.products = Products.named(world.texts, ["mug", "hat"])
    return world


def buy(world: World, actor: int, item: int, amount: int) -> Outcome:
    events = carry_out(world, request("purchase_product", actor, item=item, amount=amount))
    assert (events.actor[0], events.item[0], events.amount[0]) == (actor, item, amount), "an event names the buyer"
    return Outcome(int(events.outcome[0]))


@pytest.mark.parametrize("amount", [0, -1, -(2**15)])
def test_nothing_and_less_than_nothing_cannot_be_bought(world: World, amount: int) -> None:
    assert buy(world, 1, 0, amount) == Outcome.NOT_POSITIVE
    assert world.products.sales.tolist() == [0, 0]


def test_one_batch_may_buy_the_same_product_many_times(world: World) -> None:
    rows = [request("purchase_product", actor, item=1, amount=2**15 - 1) for actor in range(6)]
    carry_out(world, numbered(ActionBatch.join(rows)))
    assert world.products.sales.tolist() == [0, 6 * (2**15 - 1)], "no counter overflows"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 3), st.integers(-3, 9)), max_size=30))
def test_sales_are_the_sum_of_what_was_accepted(wishes: list[tuple[int, int, int]]) -> None:
    world = found(6)
    world.products = Products.named(world.texts, ["mug", "hat"])
    rows = [request("purchase_product", actor, item=item, amount=amount) for actor, item, amount in wishes]
    carry_out(world, numbered(ActionBatch.join(rows)))
    allowed = [(item, amount) for _, item, amount in wishes if item in (0, 1) and amount > 0]
    assert world.products.sales.tolist() == [sum(a for i, a in allowed if i == p) for p in (0, 1)]


def test_sales_come_back_from_a_snapshot(world: World, tmp_path: Path) -> None:
    buy(world, 1, 0, 3)
    name, digest, _ = snapshots.save(world, tmp_path)
    again = snapshots.load(tmp_path / name, digest)
    assert again.products.sales.tolist() == [3, 0]
    assert [again.texts[text] for text in again.products.name] == ["mug", "hat"]


DOCUMENT = {
    "title": "A shop",
    "topics": ["housing", "work"],
    "population": {"users": 30},
    "platform": {
        "actions": ["create_post", "purchase_product"],
        "products": [
            {"name": "mug", "post": {"author": 3, "text": "Mugs, now in blue.", "topic": "work"}},
            {"name": "hat"},
        ],
    },
    "seed_posts": [{"author": "random", "text": "hello", "topic": "housing"}],
}


def with_products(*products: object) -> dict[str, object]:
    return {**DOCUMENT, "platform": {**DOCUMENT["platform"], "products": list(products)}}


def test_a_scenario_lists_products_and_the_posts_about_them() -> None:
    from simapp.engine.core.streams import Streams
    from simapp.engine.core.threads import Workers
    from simapp.scenarios.population.build import build_population

    scenario = load_scenario(DOCUMENT)
    people = build_population(scenario, Streams(1))
    assert [(post.text, post.topic) for post in people.seed_posts] == [("hello", 0), ("Mugs, now in blue.", 1)]
    assert people.seed_posts[1].author == 3
    parts = Parts(scenario, Streams(1), Workers(1))
    world = parts.found_world(people)
    assert [world.texts[text] for text in world.products.name] == ["mug", "hat"]
    assert np.count_nonzero(world.products.sales) == 0
    assert advice(scenario) == []


def test_a_product_more_draws_nobody_else_as_author() -> None:
    from simapp.engine.core.streams import Streams
    from simapp.scenarios.population.build import build_population

    few, more = load_scenario(with_products()), load_scenario(
        with_products({"name": "cup", "post": {"text": "A cup.", "topic": "work"}})
    )
    alone, beside = (build_population(s, Streams(5)).seed_posts for s in (few, more))
    assert beside[0].author == alone[0].author


@pytest.mark.parametrize(
    ("products", "said"),
    [
        ([{"name": "mug"}, {"name": "mug"}], "platform.products.1.name"),
        ([{"name": ""}], "platform.products.0.name"),
        ([{"name": "   "}], "platform.products.0.name"),
        ([{"name": "a\nb"}], "platform.products.0.name"),
        ([{"name": "x" * 81}], "platform.products.0.name"),
        ([{"nam": "mug"}], "platform.products.0"),
        ([{"name": "mug", "post": {"text": "hi", "topic": "sport"}}], "platform.products.0.post.topic"),
        ([{"name": "mug", "post": {"text": "hi", "topic": "work", "author": 30}}], "platform.products.0.post.author"),
        ("mug", "platform.products"),
        ([{"name": f"p{i}"} for i in range(1001)], "platform.products"),
    ],
)
def test_a_wrong_product_is_named_by_its_place(products: object, said: str) -> None:
    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario({**DOCUMENT, "platform": {**DOCUMENT["platform"], "products": products}})
    assert any(problem.path.startswith(said) for problem in caught.value.problems), str(caught.value)
    assert said in str(caught.value)


def test_products_that_nobody_can_buy_are_pointed_out() -> None:
    nothing = {**DOCUMENT, "platform": {"actions": ["create_post", "purchase_product"]}}
    assert any("nothing can be bought" in line for line in advice(load_scenario(nothing)))
    nobody = {**DOCUMENT, "platform": {"products": [{"name": "mug"}]}}
    assert any("nobody can buy" in line for line in advice(load_scenario(nobody)))
