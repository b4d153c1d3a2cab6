"""What users are called and who they are, for prompts: read from the profiles once and kept."""

from __future__ import annotations

from collections.abc import Iterable

from agents.cleaning import handle_of, neutral
from simapp.engine.core.population import ProfileRow
from simapp.engine.core.world import World

_KEPT = 200_000  # users whose words are kept
_NEAR = 32  # users between two that are wanted which are read along with them: a call costs as much


class People:
    """Handles of at most `handle_characters` and self-descriptions of at most `about_characters`, by user."""

    def __init__(self, handle_characters: int, about_characters: int) -> None:
        self._handle, self._about = handle_characters, about_characters
        self._known: dict[int, tuple[str, str]] = {}

    def of(self, world: World, users: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Return (handle, self-description) by user, of at least these; users without a profile have a number."""
        wanted = sorted({user for user in users if user not in self._known})
        if wanted:
            if len(self._known) + len(wanted) > _KEPT:
                self._known = {}
                return self.of(world, users)
            self._read(world, wanted)
        return self._known

    def _read(self, world: World, wanted: list[int]) -> None:
        profiles = world.desk.profiles
        held = len(profiles) if profiles is not None else 0
        for lo, hi in _stretches([user for user in wanted if 0 <= user < held]):
            rows = profiles.rows(lo, hi) if profiles is not None else ()
            for user, row in enumerate(rows, lo):
                self._known[user] = self._words(row, user, world)
        for user in wanted:
            if user not in self._known:
                self._known[user] = (handle_of("", user, self._handle), "")

    def _words(self, row: ProfileRow, user: int, world: World) -> tuple[str, str]:
        # The handle stands for the name.
        about = row.persona.removeprefix(f"{row.name}, ") or row.bio
        if not row.persona and int(world.users.age[user]) > 0:
            about = f"{int(world.users.age[user])}. {about}"
        extra = ", ".join(part for part in (row.mbti, row.country) if part)
        about = f"{about} {extra}" if extra else about
        return handle_of(row.handle, user, self._handle), neutral(about, self._about) if self._about else ""


def _stretches(users: list[int]) -> list[tuple[int, int]]:
    """Return ranges [lo, hi) that hold all of `users` (ascending), few and without long gaps."""
    found: list[tuple[int, int]] = []
    for user in users:
        if found and user - found[-1][1] <= _NEAR:
            found[-1] = (found[-1][0], user + 1)
        else:
            found.append((user, user + 1))
    return found
