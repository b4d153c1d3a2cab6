"""Names, handles and bios of generated users, written from the user's stream when asked for.

Handles are distinct by construction, not by checking: the user's number picks a style and, through a
seeded bijection, a combination of words within it; the word lists are disjoint, so no two
combinations spell the same handle. There is room for `MAX_USERS` users.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simapp.engine.core.population import GENDERS, ProfileRow
from simapp.scenarios.population import words
from simapp.scenarios.population.personas import DrawnPersonas
from simapp.scenarios.topics import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.scenarios.parts.personas import Personas

MAX_USERS = 1_000_000

_FIRST = {"female": words.FEMALE, "male": words.MALE}


class _Style(NamedTuple):
    """A shape of handles: `slots` of every 32 users get it."""

    slots: int
    shape: str
    numbers: int  # 1 = no number, 100 = two digits, 10000 = four


_STYLES: tuple[_Style, ...] = (
    _Style(1, "{first}_{last}", 1),
    _Style(1, "{last}_{first}", 1),
    _Style(1, "{adj}_{noun}", 1),
    _Style(1, "the_{adj}_{noun}", 1),
    _Style(1, "real_{first}_{last}", 1),
    _Style(1, "{first}_{last}_writes", 1),
    _Style(6, "{first}_{last}{n:02d}", 100),
    _Style(3, "{last}_{first}{n:02d}", 100),
    _Style(2, "{first}{n:02d}_{last}", 100),
    _Style(3, "{first}{n:04d}", 10_000),
    _Style(5, "{adj}_{noun}{n:02d}", 100),
    _Style(4, "{first}_{noun}{n:02d}", 100),
    _Style(2, "{adj}_{first}{n:02d}", 100),
    _Style(1, "{noun}{n:04d}", 10_000),
)
_SLOTS = 32
_STYLE_OF_SLOT = np.repeat(np.arange(len(_STYLES)), [s.slots for s in _STYLES])
# Which of a style's slots this is: user numbers of one style are then 0, 1, 2, ... without gaps.
_RANK_OF_SLOT = np.concatenate([np.arange(s.slots) for s in _STYLES])

_BIOS = (
    "{Job}. {Pursuit} and {topic}.",
    "{Job} in {town}. Here for {topic} and {topic2}.",
    "{Pursuit}, {pursuit2}, opinions on {topic}.",
    "Mostly {topic}. Sometimes {pursuit}.",
    "{town}. {Job} by day, {pursuit} by night.",
    "{topic} & {topic2} & {pursuit}",
    "I post about {topic} when I should be resting.",
    "{Job}, fan of {pursuit}. Views on {topic} my own.",
    "Interested in {topic}. Easily distracted by {pursuit}.",
    "{town} born and bred. {topic}, {pursuit}, the odd rant.",
    "{Pursuit} | {topic} | {town}",
    "trying to understand {topic}. failing at {pursuit}.",
    "One {job}'s notes on {topic}.",
    "came for {pursuit}, stayed for the {topic} arguments",
    "{Topic} first, {topic2} second, {pursuit} always.",
    "New to {town}. Ask me about {pursuit}.",
    "{job} / {pursuit} / {pursuit2}",
    "Probably wrong about {topic}.",
    "Long threads on {topic}. Short ones on {pursuit}.",
    "{Pursuit} in {town}. No strong views, except on {topic}.",
    "reads everything on {topic2}, replies to {topic}",
    "{Job}. Replies are slow, like {pursuit}.",
    "Keeping an eye on {topic} in {town}.",
    "{pursuit} account that drifted into {topic}",
)
_NO_BIO = 0.11  # 12 of the 111 users of OASIS's X sample have none


class GeneratedProfiles:
    """Profile text of N generated users.

    gender uint8[N] picks the first names, age int16[N] enters the persona, `topics` are topic slugs. Where `personas`
    declares attributes or a template, the persona is made of them; country and mbti also enter the profile.
    """

    def __init__(
        self,
        streams: Streams,
        gender: NDArray[np.uint8],
        age: NDArray[np.int16],
        topics: Sequence[str],
        personas: Personas | None = None,
    ) -> None:
        if gender.shape[0] > MAX_USERS:
            msg = f"there are distinct handles for {MAX_USERS} users, not for {gender.shape[0]}"
            raise ValueError(msg)
        self._streams = streams
        self._gender = gender
        self._age = age
        self._topics = tuple(topics)
        declared = personas is not None and (personas.attributes or personas.template)
        self._personas = DrawnPersonas(personas, streams, gender, age) if personas and declared else None

    def __len__(self) -> int:
        return int(self._gender.shape[0])

    def interests(self, lo: int, hi: int) -> NDArray[np.int16]:
        """Return int16[hi - lo, 2]: the two topics (indices, distinct) each user's bio and persona name.

        With a single topic both are 0.
        """
        users = np.arange(lo, hi)
        many = len(self._topics)
        first = self._streams.integers("profile/topic", many, user=users, item=0)
        step = self._streams.integers("profile/topic", max(many - 1, 1), user=users, item=1)
        second = (first + 1 + step) % many
        return np.stack([first, second], axis=1).astype(np.int16)

    def rows(self, lo: int, hi: int) -> Sequence[ProfileRow]:
        """Return the profiles of users lo .. hi - 1 (cut to 0 .. N)."""
        lo, hi = max(lo, 0), min(hi, len(self))
        if hi <= lo:
            return []
        users = np.arange(lo, hi, dtype=np.int64)
        styles, places = self._handle_places(users)
        draws = self._streams.uniform("profile/words", user=users[:, None], item=np.arange(9)[None, :])
        interests = self.interests(lo, hi)
        genders, ages = self._gender[lo:hi].tolist(), self._age[lo:hi].tolist()
        traits = self._personas.values(lo, hi) if self._personas else [{} for _ in range(hi - lo)]
        return [
            self._row(GENDERS[gender], age, style, place, draw, topic, trait)
            for gender, age, style, place, draw, topic, trait in zip(
                genders,
                ages,
                styles.tolist(),
                places.tolist(),
                draws.tolist(),
                interests.tolist(),
                traits,
                strict=True,
            )
        ]

    def _handle_places(self, users: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (style, place): no two users share both. place counts within the style's combinations."""
        group = users // _SLOTS
        # Turn the slots of each group of 32, so that neighbours in number do not cycle through styles.
        turn = self._streams.integers("profile/style", _SLOTS, user=group)
        slot = (users * 13 + turn) % _SLOTS
        style = _STYLE_OF_SLOT[slot]
        slots = np.array([s.slots for s in _STYLES])[style]
        within = group * slots + _RANK_OF_SLOT[slot]
        size = np.array(_SIZES)[style]
        factor, shift = self._bijections()
        return style, (within * factor[style] + shift[style]) % size

    def _bijections(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (factor, shift) per style; x -> factor * x + shift is a bijection modulo its size."""
        factors, shifts = [], []
        for i, size in enumerate(_SIZES):
            bits = self._streams.bits("profile/handle", user=i, item=np.arange(2))
            # Near the golden section of the size neighbours land far apart; then the next coprime number.
            factor = int(size * 0.618) + int(bits[0]) % (size // 8)
            while math.gcd(factor, size) != 1:
                factor += 1
            factors.append(factor)
            shifts.append(int(bits[1]) % size)
        return np.array(factors), np.array(shifts)

    def _row(
        self,
        gender: str,
        age: int,
        style: int,
        place: int,
        draw: list[float],
        topics: list[int],
        traits: dict[str, str],
    ) -> ProfileRow:
        firsts = _FIRST.get(gender, words.NEUTRAL)
        first, last = _pick(firsts, draw[0]), _pick(words.LAST, draw[1])
        handle, first, last = _spell(style, place, firsts, first, last)
        name = f"{first.capitalize()} {last.capitalize()}"
        topic, topic2 = (LABELS.get(self._topics[t], self._topics[t]) for t in topics)
        job = traits.get("job") or _job(_pick(words.JOBS, draw[2]), age)
        at = int(draw[3] * len(words.PURSUITS))
        pursuit = traits.get("pursuit") or words.PURSUITS[at]
        pursuit2 = words.PURSUITS[(at + 1 + int(draw[4] * (len(words.PURSUITS) - 1))) % len(words.PURSUITS)]
        town = traits.get("town") or _pick(words.TOWNS, draw[5])
        bio = ""
        if draw[7] >= _NO_BIO:
            bio = _pick(_BIOS, draw[6]).format(
                Job=_capital(job), job=job, Pursuit=_capital(pursuit), pursuit=pursuit, pursuit2=pursuit2,
                Topic=_capital(topic), topic=topic, topic2=topic2, town=town,
            )  # fmt: skip
        persona = f"{name}, {age}, {job} in {town}. Follows {topic} and {topic2}. Likes {pursuit}."
        if self._personas:
            known = {"name": name, "age": str(age), "gender": gender, "job": job, "town": town}
            known |= {"topic": topic, "topic2": topic2, "pursuit": pursuit}
            persona = self._personas.text(known | traits)
        country, mbti = traits.get("country", ""), traits.get("mbti", "")
        return ProfileRow(handle=handle, name=name, bio=bio, persona=persona, country=country, mbti=mbti)


def _pick(options: Sequence[str], u: float) -> str:
    return options[int(u * len(options))]


def _job(job: str, age: int) -> str:
    if age < 19:
        return "student"
    return f"retired {job}" if age >= 67 else job


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _radices(style: _Style) -> list[tuple[str, int]]:
    """Return the words of a style with the number of choices of each, numbers last."""
    sizes = {
        "first": len(words.FEMALE),
        "last": len(words.LAST),
        "adj": len(words.ADJECTIVES),
        "noun": len(words.NOUNS),
    }
    return [(k, n) for k, n in sizes.items() if f"{{{k}}}" in style.shape] + [("n", style.numbers)]


_RADICES = tuple(_radices(style) for style in _STYLES)
_SIZES = tuple(math.prod(size for _, size in radices) for radices in _RADICES)


def _spell(style: int, place: int, firsts: Sequence[str], first: str, last: str) -> tuple[str, str, str]:
    """Return (handle, first, last): the words at `place`; names the handle does not fix stay as drawn."""
    chosen = dict.fromkeys(("first", "last", "adj", "noun"), -1)
    for word, size in _RADICES[style]:
        place, chosen[word] = divmod(place, size)
    if chosen["first"] >= 0:
        first = firsts[chosen["first"]]
    if chosen["last"] >= 0:
        last = words.LAST[chosen["last"]]
    adj, noun = words.ADJECTIVES[chosen["adj"]], words.NOUNS[chosen["noun"]]
    handle = _STYLES[style].shape.format(first=first, last=last, adj=adj, noun=noun, n=chosen["n"])
    return handle, first, last
