"""What is disturbed, how and when: drawn from a seed before anything starts."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from simapp.runs.checkpoints import PLACES

POOL, WORKER, DECISIONS = "run pool process", "run worker", "decisions worker"
WEB, VALKEY, POSTGRES, RECONCILER = "web server", "Valkey", "PostgreSQL", "reconciler"
TARGETS = (POSTGRES, VALKEY, WEB, DECISIONS, WORKER, POOL, RECONCILER)

KILL, RESTART, STOP = "kill -9", "restart", "stop/continue"
MANNERS = (KILL, RESTART, STOP)

# Stages in which the report wants hits; the others get a tenth of the kills together.
NAMED = ("rank", "decide", "commit", "publish", "snapshot")
OTHERS = ("interventions", "active", "apply", "remember", "measure")

LEASE_AND_MORE = (6.0, 8.0)  # seconds; longer than a lease, so that somebody else may take the run
TOGETHER = 3  # kills of one round, each of another run
WITH_WORKER, STOPPED = 0.12, 0.12  # shares of the kills in a stage


@dataclass(frozen=True)
class Disturbance:
    """One disturbance. `place` is where in the step (empty: at a drawn moment); it waits `wait` seconds, or for
    `ahead` steps; `seconds` is how long the part stays stopped."""

    target: str
    manner: str
    place: str = ""
    ahead: int = 0
    wait: float = 0.0
    seconds: float = 0.0

    @property
    def stage(self) -> str:
        """The stage of the step that it lands in, empty for a drawn moment."""
        return PLACES[self.place] if self.place else ""

    @property
    def alone(self) -> bool:
        """Whether it takes the runs of everybody with it."""
        in_a_step = self.place and self.target == POOL and self.manner == KILL
        return not (in_a_step or self.target in {WEB, DECISIONS})


def draw(kills: int, seed: int) -> list[list[Disturbance]]:
    """Return `kills` disturbances in rounds; those of a round happen at the same time.

    A tenth of them (at least one) lands in each of the NAMED stages and a tenth in the OTHERS; the rest is for the
    parts of the site, each in turn, in every manner.
    """
    dice = random.Random(f"chaos {seed}")
    each = max(1, kills // 10)
    stages = [stage for _ in range(each) for stage in NAMED]
    stages += [OTHERS[(seed + n) % len(OTHERS)] for n in range(each)]
    in_stages = [_in_stage(stage, n, dice) for n, stage in enumerate(stages[:kills])]
    of_parts = [_of_part(n, seed, dice) for n in range(kills - len(in_stages))]
    return _rounds(in_stages + of_parts, dice)


def _in_stage(stage: str, number: int, dice: random.Random) -> Disturbance:
    places = [place for place, at in PLACES.items() if at == stage]
    found = Disturbance(POOL, KILL, place=dice.choice(places), ahead=dice.randint(1, 3))
    luck = dice.random()
    if number < len(NAMED):
        return found
    if luck < WITH_WORKER:
        return replace(found, target=WORKER)
    if luck < WITH_WORKER + STOPPED:
        return replace(found, manner=STOP, seconds=dice.uniform(*LEASE_AND_MORE))
    return found


def _of_part(number: int, seed: int, dice: random.Random) -> Disturbance:
    target = TARGETS[number % len(TARGETS)]
    # Each target meets the manners in turn, and the targets of one turn meet different ones.
    manner = MANNERS[(number // len(TARGETS) + number + seed) % len(MANNERS)]
    if manner != STOP:
        seconds = 0.0
    elif target in {POOL, WORKER}:
        seconds = dice.uniform(*LEASE_AND_MORE)
    else:
        seconds = dice.choice([dice.uniform(0.5, 3.0), dice.uniform(*LEASE_AND_MORE)])
    if (target, manner) == (DECISIONS, KILL):
        return Disturbance(target, manner, place="in export")
    return Disturbance(target, manner, wait=dice.uniform(0.0, 1.0), seconds=seconds)


def _rounds(found: list[Disturbance], dice: random.Random) -> list[list[Disturbance]]:
    """Put what does not disturb each other into the same round; the order of the rounds is drawn."""
    rounds = [[one] for one in found if one.alone]
    kills = [one for one in found if not one.alone and one.target == POOL]
    dice.shuffle(kills)
    gentle = [one for one in found if not one.alone and one.target != POOL]
    together = [kills[n : n + TOGETHER] for n in range(0, len(kills), TOGETHER)]
    while len(together) < len(gentle):
        together.append([])
    for n, one in enumerate(gentle):
        together[n].append(one)
    rounds += together
    dice.shuffle(rounds)
    # An export that loses its worker is missed after a while only: better not at the very end.
    rounds.sort(key=lambda of: not any(one.target == DECISIONS for one in of) if len(rounds) < 10 else 0)
    return rounds
