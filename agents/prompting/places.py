"""Groups and products that a prompt lists beside the feed, so that a reply can name them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.cleaning import neutral
from agents.memory.words import inside
from agents.prompting.offers import Offer
from simapp.engine.core.groups import Heard
from simapp.engine.core.world import World

_OWN, _OTHERS, _PRODUCTS = 3, 3, 6  # listed at most
_NAME, _SAID = 40, 80  # characters
_SHARE = 6  # of what follows the shared part, groups take at most this part, and products as much


@dataclass(frozen=True)
class Places:
    """What V readers can name. groups[v]: ids of groups, of which the reader is in the first joined[v]; products: ids.

    group_words[v], product_words: the lists as the prompt has them, numbered from g1 and p1; "" for none.
    """

    groups: list[list[int]]
    joined: list[int]
    products: list[int]
    group_words: list[str]
    product_words: str


def places(
    world: World, viewers: NDArray[np.int32], offered: tuple[Offer, ...], listed: frozenset[str], most: int
) -> Places:
    """Return what each of viewers int32[V] can name of what the platform's actions are about.

    listed: of "group" and "product", what the prompt has a place for. most: characters of the own part.
    """
    taken = {part for offer in offered for part in offer.takes} & listed
    products, product_words = _products(world, most // _SHARE) if "product" in taken else ([], "")
    found = Places([], [], products, [], product_words)
    listening = "group" in taken and bool(len(world.groups))
    heard = world.groups.listen(np.unique(viewers)) if listening else None
    largest = (
        np.lexsort((np.arange(len(world.groups)), -world.groups.size)) if heard else np.zeros(0, np.int64)
    )
    largest = largest[world.groups.size[largest] > 0]
    for user in viewers.tolist():
        groups, joined, words = _groups(world, heard, largest, user, most // _SHARE) if heard else ([], 0, "")
        found.groups.append(groups)
        found.joined.append(joined)
        found.group_words.append(words)
    return found


def nameable(
    world: World, offered: tuple[Offer, ...], listed: frozenset[str]
) -> tuple[tuple[Offer, ...], str]:
    """Return the actions that can name what they are about in this world, and how a reply names a group or product."""
    there = {"group": bool((world.groups.size > 0).any()), "product": bool(len(world.products))}
    left = tuple(
        offer
        for offer in offered
        if all(there[part] and part in listed for part in offer.takes if part in there)
    )
    taken = {part for offer in left for part in offer.takes}
    named = [f'a {part} "on":"{part[0]}1"' for part in ("group", "product") if part in taken]
    return left, f"You name {' and '.join(named)}." if named else ""


def possible(offer: Offer, groups: int, joined: int) -> bool:
    """Return whether a reader who is shown so many groups, and is in so many of them, can choose an action."""
    if "group" not in offer.takes:
        return True
    return groups > joined if offer.name == "join_group" else joined > 0


def _products(world: World, room: int) -> tuple[list[int], str]:
    names = [_name(world, int(text)) for text in world.products.name[:_PRODUCTS]]
    return _as_fits([(product, f"p{product + 1} {name}") for product, name in enumerate(names)], room)


def _groups(
    world: World, heard: Heard, largest: NDArray[np.int64], user: int, room: int
) -> tuple[list[int], int, str]:
    """Return the groups that a user is shown: its own first, the largest first; how many are its own; the words."""
    lo, hi = np.searchsorted(heard.joined[0], [user, user + 1])
    mine = heard.joined[1][lo:hi]
    own = mine[np.lexsort((mine, -world.groups.size[mine]))][:_OWN].tolist()
    others = [group for group in largest[: _OTHERS + len(mine)].tolist() if group not in set(mine.tolist())]
    told = []
    for number, group in enumerate([*own, *others[:_OTHERS]], 1):
        words = f"g{number} {_name(world, int(world.groups.name[group]))} ({world.groups.size[group]} in it"
        told.append((group, f"{words}{_last(world, heard, group)}" if number <= len(own) else f"{words})"))
    shown, words = _as_fits(told, room)
    return shown, min(len(own), len(shown)), words


def _last(world: World, heard: Heard, group: int) -> str:
    """Return that the user is in a group, and what was said there last."""
    at = int(np.searchsorted(heard.group, group, side="right")) - 1
    if at < 0 or heard.group[at] != group or heard.text[at] < 0:
        return ", with you)"
    return f', with you), last: "{inside(neutral(world.texts[int(heard.text[at])], _SAID))}"'


def _name(world: World, text: int) -> str:
    return inside(neutral(world.texts[text], _NAME)) if text >= 0 else "without a name"


def _as_fits(told: list[tuple[int, str]], room: int) -> tuple[list[int], str]:
    """Return the first entries that fit into so many characters."""
    shown: list[int] = []
    words = ""
    for item, entry in told:
        longer = f"{words}; {entry}" if words else entry
        if len(longer) > room:
            break
        shown.append(item)
        words = longer
    return shown, words
