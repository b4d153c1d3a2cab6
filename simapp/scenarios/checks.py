"""Checks across parts of a scenario, and advice on what is legal but probably not meant."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from simapp.scenarios.parts.happenings import FirstVote, InjectPost, SwitchFeed
from simapp.scenarios.parts.memories import ForgetFact, PlantFact
from simapp.scenarios.parts.moderation import ModeratesPost, ModeratesUser
from simapp.scenarios.parts.network import NoNetwork
from simapp.scenarios.parts.personas import Personas
from simapp.scenarios.parts.posts import SeedPostPart
from simapp.scenarios.parts.steering import AutomateUser, Rewire, SetBots
from simapp.scenarios.problems import ScenarioProblem

if TYPE_CHECKING:
    from simapp.scenarios.document import Scenario

MAX_FOLLOWS = 100_000_000


def cross_problems(scenario: Scenario) -> list[ScenarioProblem]:
    """Return what does not fit together although each part is fine by itself."""
    parts = (_network, _writers, _topics, _first_votes, _moderation, _feed_groups, _facts)
    return [problem for part in parts for problem in part(scenario)]


def _facts(scenario: Scenario) -> list[ScenarioProblem]:
    """Facts need somebody who remembers, and a user who is there."""
    found, users = [], scenario.population.users
    models = scenario.minds.models
    for i, change in enumerate(scenario.interventions):
        if not isinstance(change, PlantFact | ForgetFact):
            continue
        if models is None or not models.tiers or not models.memory.keep:
            accepted = "in a scenario whose minds.models has tiers and keeps memories"
            found.append(ScenarioProblem.wrong(f"interventions.{i}.kind", change.kind, accepted))
        elif isinstance(change.user, int) and change.user >= users and scenario.population.people is None:
            accepted = f"a user's number from 0 to {users - 1}, or one of most_followed, random"
            found.append(ScenarioProblem.wrong(f"interventions.{i}.user", change.user, accepted))
    return found


def _network(scenario: Scenario) -> list[ScenarioProblem]:
    network, users = scenario.network, scenario.population.users
    if isinstance(network, NoNetwork) or scenario.population.people is not None:
        return []
    mean = network.mean_followees
    if mean > users - 1:
        accepted = f"at most {users - 1}, one less than population.users"
        return [ScenarioProblem.wrong("network.mean_followees", mean, accepted)]
    if mean * users > MAX_FOLLOWS:
        accepted = f"at most {MAX_FOLLOWS / users:.6g} for {users} users ({MAX_FOLLOWS} follows in all)"
        return [ScenarioProblem.wrong("network.mean_followees", mean, accepted)]
    return []


def _writers(scenario: Scenario) -> list[ScenarioProblem]:
    found = []
    users = scenario.population.users
    for path, post in _posts(scenario):
        if post.topic not in scenario.topics:
            accepted = f"one of the scenario's topics ({', '.join(scenario.topics)})"
            found.append(ScenarioProblem.wrong(f"{path}.topic", post.topic, accepted))
        if isinstance(post.author, int) and post.author >= users and scenario.population.people is None:
            accepted = f"a user's number from 0 to {users - 1}, or one of most_followed, random"
            found.append(ScenarioProblem.wrong(f"{path}.author", post.author, accepted))
    return found


def _topics(scenario: Scenario) -> list[ScenarioProblem]:
    found = []
    for i, change in enumerate(scenario.interventions):
        if isinstance(change, Rewire | SetBots | AutomateUser) and change.topic not in (None, *scenario.topics):
            accepted = f"one of the scenario's topics ({', '.join(scenario.topics)}), or nothing"
            found.append(ScenarioProblem.wrong(f"interventions.{i}.topic", change.topic, accepted))
    return found


def _posts(scenario: Scenario) -> list[tuple[str, SeedPostPart | InjectPost]]:
    posts: list[tuple[str, SeedPostPart | InjectPost]] = [
        (f"seed_posts.{i}", post) for i, post in enumerate(scenario.seed_posts)
    ]
    for i, product in enumerate(scenario.platform.products):
        if product.post is not None:
            posts.append((f"platform.products.{i}.post", product.post))
    for i, change in enumerate(scenario.interventions):
        if isinstance(change, InjectPost):
            posts.append((f"interventions.{i}", change))
    return posts


def _first_votes(scenario: Scenario) -> list[ScenarioProblem]:
    found = []
    windows = [(c.at, c.until, i) for i, c in enumerate(scenario.interventions) if isinstance(c, FirstVote)]
    windows.sort()
    for (_, until, _), (at, _, i) in pairwise(windows):
        if at <= until:
            accepted = f"a step after {until}, where the first_vote before it ends"
            found.append(ScenarioProblem.wrong(f"interventions.{i}.at", at, accepted))
    return found


def _plain(change: SwitchFeed) -> bool:
    return not change.params and change.pipeline is None and change.group is None


def _feed_groups(scenario: Scenario) -> list[ScenarioProblem]:
    names = [group.name for group in scenario.feed.groups]
    ended, found = None, []
    switches = [(c.at, i, c.group) for i, c in enumerate(scenario.interventions) if isinstance(c, SwitchFeed)]
    for at, i, group in sorted(switches, key=lambda switch: switch[:2]):
        if group is None:
            ended = at if ended is None else ended
        elif group not in names or ended is not None:
            accepted = f"one of the feed's groups ({', '.join(names)})" if names else "empty: feed.groups is"
            if group in names:
                accepted = f"empty: the switch of step {ended} ended all groups"
            found.append(ScenarioProblem.wrong(f"interventions.{i}.group", group, accepted))
    return found


def _moderation(scenario: Scenario) -> list[ScenarioProblem]:
    found = []
    injected = [c.at for c in scenario.interventions if isinstance(c, InjectPost)]
    users = scenario.population.users if scenario.population.people is None else None
    for i, change in enumerate(scenario.interventions):
        path = f"interventions.{i}"
        if isinstance(change, ModeratesPost) and isinstance(change.post, int):
            if change.post > len(injected):
                accepted = f"at most {len(injected)}, the number of inject_post in the list"
                accepted = accepted if injected else "most_shared, most_liked or most_reported: nothing is injected"
                found.append(ScenarioProblem.wrong(f"{path}.post", change.post, accepted))
            elif change.at <= injected[change.post - 1]:
                accepted = f"a step after {injected[change.post - 1]}, when that post is injected"
                found.append(ScenarioProblem.wrong(f"{path}.at", change.at, accepted))
        if (
            isinstance(change, ModeratesUser)
            and isinstance(change.user, int)
            and users is not None
            and change.user >= users
        ):
            accepted = f"a user's number from 0 to {users - 1}, or one of most_followed, random"
            found.append(ScenarioProblem.wrong(f"{path}.user", change.user, accepted))
    return found


def advice(scenario: Scenario) -> list[str]:
    """Return sentences about what is allowed but probably not meant; empty when nothing is odd."""
    said = []
    last = scenario.clock.steps
    for i, change in enumerate(scenario.interventions):
        if change.at > last:
            said.append(
                f"interventions.{i}.at is {change.at}, after the last step ({last}); it will never happen."
            )
        if isinstance(change, SwitchFeed) and change.preset == scenario.feed.preset and _plain(change):
            said.append(f"interventions.{i}.preset is {change.preset}, which the feed uses already.")
    offered = scenario.platform.action_names
    if "purchase_product" in offered and not scenario.platform.products:
        said.append("platform.actions has purchase_product and platform.products is empty; nothing can be bought.")
    if scenario.platform.products and "purchase_product" not in offered:
        said.append("platform.products is not empty and platform.actions has no purchase_product; nobody can buy.")
    if "create_post" not in offered and not scenario.seed_posts:
        said.append(
            "platform.actions has no create_post and there are no seed_posts; nothing will be written."
        )
    if scenario.population.people is not None and scenario.population.personas != Personas():
        said.append("population.personas is for generated users; people from a file keep the words of the file.")
    nobody = isinstance(scenario.network, NoNetwork) and scenario.population.people is None
    if nobody and scenario.feed.preset == "chronological":
        said.append("network.kind is none and the chronological feed shows followed users: feeds stay empty.")
    return said
