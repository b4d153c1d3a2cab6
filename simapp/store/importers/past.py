"""An export as the records that its run left, each proved before it is given out.

Every step is computed once more from the rows, without asking minds or feeds: the digests over decisions, events and
impressions must be those that were recorded, and the world that the events lead to must answer each of them as
recorded (`engine.retell`). So what comes in is a past that a run can have had.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.registry import action_named, code_of, names_by_code
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, DecisionBatch, EventBatch
from simapp.engine.core.digest import EMPTY, columns_digest, step_digest
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ListedProfiles, Population, ProfileRow
from simapp.engine.core.texts import text_hash
from simapp.engine.core.world import World
from simapp.engine.edges import follow_changes
from simapp.engine.record import FollowChanges, Impressions, MetricPoint, NewPosts, StepRecord
from simapp.engine.retell import Contradiction, Told, retell
from simapp.store.exporters import dictionary as d
from simapp.store.importers.columns import read_columns
from simapp.store.importers.folder import Folder
from simapp.store.importers.replies import read_replies

_STEPPED = ("texts", "posts", "follows", "events", "metrics", "inputs", "impressions", "decisions", "opinions")
_NAMING_USERS = (("posts", "author"), ("follows", "follower"), ("follows", "followee"), ("impressions", "viewer"))
_CALLED = {"code": "action", "text": "text_id", "key": "post", "on": "change"}


@dataclass
class Past:
    """The tables of an export, whole in memory; `last` is its last step, `topics` are the scenario's."""

    columns: dict[str, dict[str, Any]]
    last: int
    topics: list[str]

    @classmethod
    def read(cls, folder: Folder, topics: list[str], last: int) -> Past:
        """Read every table. Raises WrongInput that names file, row and column."""
        tables = [d.opinions_table(topics) if table is d.OPINIONS else table for table in d.TABLES]
        held = [table for table in tables if folder.holds(table.name)]
        past = cls({table.name: read_columns(folder, table, topics) for table in held}, last, topics)
        # Texts are exported by number, everything else by step.
        order = np.argsort(past.columns["texts"]["step"], kind="stable")
        held = past.columns["texts"]
        words = [held["text"][row] for row in order]
        past.columns["texts"] = {"text_id": held["text_id"][order], "step": held["step"][order], "text": words}
        past._bounds = {name: past._cut(name) for name in _STEPPED}
        past._check()
        return past

    _bounds: Any = None

    @property
    def users(self) -> int:
        """Number of users."""
        return int(self.columns["users"]["user_id"].shape[0])

    def inputs(self, step: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Return (seq, kind, payload) of what entered in a step."""
        rows, held = self._rows("inputs", step), self.columns["inputs"]
        return [(int(held["seq"][r]), held["kind"][r], _json(held["payload"][r], "inputs", r, dict)) for r in rows]

    def replies(self) -> list[dict[str, Any]]:
        """Return what models answered, as fields of ModelReply. Raises WrongInput naming the row."""
        return read_replies(self.columns["replies"], self.users, self.last) if "replies" in self.columns else []

    def population(self) -> Population:
        """Return the users, with the follow graph of step 0; rhythms and opinions are in no table and are blank."""
        u, rows = self.columns["users"], self._rows("follows", 0)
        words = zip(*(u[name] for name in ("handle", "name", "bio", "persona", "country", "mbti")), strict=True)
        n = self.users
        return Population(
            profiles=ListedProfiles([ProfileRow(*row) for row in words]),
            age=u["age"],
            gender=u["gender"].astype(np.uint8),
            rhythm=np.zeros(n, np.int32),
            rhythms=np.ones((1, 24), np.float32),
            level=u["level"],
            voice=u["voice"],
            opinions=np.zeros((n, len(self.topics))),
            follower=self.columns["follows"]["follower"][rows],
            followee=self.columns["follows"]["followee"][rows],
            community=u["community"],
        )

    def records(self, world: World) -> Iterator[StepRecord]:
        """Yield the record of every step, oldest first; `world` is the population's, just founded, with no texts.

        Raises WrongInput at the first step that does not add up.
        """
        previous = EMPTY
        for step in range(self.last + 1):
            record = self._record(step)
            self._prove(record, previous)
            previous = record.digest
            told = Told(step, record.events, record.posts, record.follows, [])
            try:
                retell(world, told, check=True)
            except Contradiction as problem:
                msg = f"the steps do not add up: {problem}"
                raise WrongInput(msg) from None
            yield record

    # --- what is read ---------------------------------------------------------------------------------

    def _cut(self, name: str) -> NDArray[np.int64]:
        step = self.columns[name]["step"]
        if (np.diff(step) < 0).any() or (step.shape[0] and (step[0] < 0 or step[-1] > self.last)):
            msg = f"{name} has steps out of order, or outside of 0 to {self.last}"
            raise WrongInput(msg)
        return np.searchsorted(step, np.arange(self.last + 2))

    def _rows(self, name: str, step: int) -> NDArray[np.int64]:
        return np.arange(self._bounds[name][step], self._bounds[name][step + 1])

    def _batch(self, kind: Any, name: str, step: int, **more: Any) -> Any:
        """The step's rows of a table as one of the engine's batches: attributes found by their column's name."""
        rows, held = self._rows(name, step), self.columns[name]
        return kind(**{
            f.name: more[f.name] if f.name in more else held[_CALLED.get(f.name, f.name)][rows] for f in fields(kind)
        })  # fmt: skip

    def _record(self, step: int) -> StepRecord:
        blank = EventBatch.empty()
        events = self._batch(EventBatch, "events", step)
        events = EventBatch(**{
            f.name: getattr(events, f.name).astype(getattr(blank, f.name).dtype) for f in fields(EventBatch)
        })  # fmt: skip
        decided, chosen = self._rows("decisions", step), self.columns["decisions"]
        asked = ActionBatch.empty(decided.shape[0])
        for f in fields(ActionBatch):
            if f.name != "post":
                getattr(asked, f.name)[:] = chosen[_CALLED.get(f.name, f.name)][decided]
        kinds: dict[str, Any] = {"kind": np.uint8, "topic": np.int16}
        posts = self._batch(NewPosts, "posts", step)
        posts = replace(posts, **{name: getattr(posts, name).astype(kind) for name, kind in kinds.items()})
        follows = self._batch(FollowChanges, "follows", step)
        t, m, s = self.columns["texts"], self.columns["metrics"], self.columns["steps"]
        measured = self._rows("metrics", step)
        thought = self._rows("opinions", step)
        return StepRecord(
            step=step,
            decisions=DecisionBatch(
                asked,
                chosen["tier"][decided].astype(np.uint8),
                chosen["reason"][decided].astype(np.uint8),
            ),
            decision_targets=chosen["target"][decided],
            events=events,
            posts=posts,
            follows=replace(follows, on=follows.on.astype(np.uint8)),
            impressions=self._batch(Impressions, "impressions", step),
            opinions=np.stack([self.columns["opinions"][topic][thought] for topic in self.topics], axis=1),
            texts=[(int(t["text_id"][r]), t["text"][r]) for r in self._rows("texts", step)],
            metrics={
                m["name"][r]: MetricPoint(*(_or_none(m[column][r]) for column in ("value", "null_value")))
                for r in measured
            },
            histogram=_histogram(s["histogram"][step], step),
            counts=_counts(s["counts"][step], step),
            digest=_hash(s["digest"][step], step),
            impressions_digest=_hash(s["impressions_digest"][step], step),
        )

    # --- what is checked ------------------------------------------------------------------------------

    def _check(self) -> None:
        n, c = self.users, self.columns
        _demand(n > 0 and np.array_equal(c["users"]["user_id"], np.arange(n)), "users must be numbered 0, 1, 2 ...")
        _demand(
            np.array_equal(c["steps"]["step"], np.arange(self.last + 1)), f"steps must be all of 0 to {self.last}"
        )
        for name, column in _NAMING_USERS:
            _within(c[name][column], n, name, column)
        for column, below in (("age", 200), ("level", 1.000001), ("voice", 1.000001)):
            _within(c["users"][column], below, "users", column)
        for name in ("events", "decisions"):
            actor = c[name]["actor"]
            _within(np.where(actor == ids.SYSTEM, 0, actor), n, name, "actor")
            _within(c[name]["n"], ids.MAX_PER_STEP, name, "n")
        _within(c["impressions"]["rank"], 255, "impressions", "rank")
        of = c["events"]
        ours = np.unique(of["action"][of["actor"] == ids.SYSTEM]).tolist()
        votes = {code_of("like_post"), code_of("dislike_post")}
        for code in ours:
            # Others look up what the actor holds, and the scenario holds nothing.
            may = code in votes or getattr(action_named(names_by_code()[code]), "moderates", False)
            _demand(may, f"events: the scenario itself does not {names_by_code()[code]}")
        posts = c["posts"]
        author, step, _ = ids.split_post_key(posts["post"])
        named = np.array_equal(author, posts["author"]) and np.array_equal(step, posts["step"])
        _demand(named, "posts: a post's number must name its author and step")
        self._texts = np.sort(c["texts"]["text_id"])
        _demand(bool((np.diff(self._texts) > 0).all()), "texts: two texts have one text_id")
        order = np.argsort(c["texts"]["text_id"])
        hashes = [text_hash(c["texts"]["text"][r]) for r in order]
        self.hashes = np.array(hashes, np.uint64)
        for name in ("posts", "events", "decisions"):
            used = c[name]["text_id"]
            known = np.isin(used[used >= 0], self._texts).all()
            _demand(bool(known), f"{name} uses a text_id that texts does not have")

    def _prove(self, record: StepRecord, previous: bytes) -> None:
        step, n = record.step, self.users
        seq = self.columns["events"]["seq"][self._rows("events", step)]
        in_turn = np.array_equal(seq, np.arange(len(record.events)))
        _demand(in_turn, f"events of step {step} are not numbered 0, 1, 2 ...")
        who = self.columns["opinions"]["user"][self._rows("opinions", step)]
        whole = not who.shape[0] or np.array_equal(who, np.arange(n))
        _demand(whole, f"opinions of step {step} are not those of all users, in order")
        asked = record.decisions.actions
        words = np.searchsorted(self._texts, asked.text).astype(np.int32)
        asked = replace(asked, text=np.where(asked.text >= 0, words, -1).astype(np.int32))
        decisions, targets = replace(record.decisions, actions=asked), record.decision_targets
        found = step_digest(previous, step, decisions, targets, record.events, self)  # type: ignore[arg-type]
        _demand(found == record.digest, f"decisions or events of step {step} do not have the digest that was recorded")
        shown = record.impressions
        found = columns_digest(shown.viewer, shown.post, shown.rank, shown.score)
        same = found == record.impressions_digest
        _demand(same, f"impressions of step {step} do not have the digest that was recorded")
        self._prove_follows(record)

    def _prove_follows(self, record: StepRecord) -> None:
        told, events = record.follows, record.events
        if not record.step:
            pairs = ids.pair(told.follower, told.followee)
            once = np.unique(pairs).shape[0] == pairs.shape[0] and not (told.follower == told.followee).any()
            _demand(once and bool((told.on == 1).all()), "follows of step 0 must be edges, each once, none to oneself")
            return
        changed = follow_changes(events)
        made = (changed.follower, changed.followee, changed.on != 0)
        same = all(
            np.array_equal(a[np.lexsort(made)], b[np.lexsort((told.follower, told.followee, told.on))])
            for a, b in zip(made, (told.follower, told.followee, told.on), strict=True)
        ) if made[0].shape == told.follower.shape else False  # fmt: skip
        _demand(same, f"follows of step {record.step} are not what its events changed")


def _demand(holds: bool, sentence: str) -> None:
    if not holds:
        raise WrongInput(sentence)


def _within(values: NDArray[Any], below: float, table: str, column: str) -> None:
    wrong = np.flatnonzero((values < 0) | (values >= below))
    if wrong.shape[0]:
        msg = f"{table}: row {wrong[0]} has the {column} {values[wrong[0]]}, which is not from 0 to below {below:g}"
        raise WrongInput(msg)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _hash(text: str, step: int) -> bytes:
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        msg = f"steps: step {step} has a digest that is not 64 hex digits"
        raise WrongInput(msg)
    return bytes.fromhex(text)


def _json(text: str, table: str, row: int, kind: type) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, kind):
        msg = f"{table}: row {row} holds no JSON {'object' if kind is dict else 'list'}"
        raise WrongInput(msg)
    return found


def _counts(text: str, step: int) -> dict[str, int]:
    found: dict[str, int] = _json(text, "steps", step, dict)
    whole = all(type(number) is int and 0 <= number < 2**53 for number in found.values())
    _demand(whole and len(found) < 1000, f"steps: row {step} has counts that are not whole numbers")
    return found


def _histogram(text: str, step: int) -> NDArray[np.int64]:
    found = _json(text, "steps", step, list)
    numbers = [number for row in found if isinstance(row, list) for number in row]
    even = found and all(isinstance(row, list) and len(row) == len(found[0]) for row in found)
    whole = even and numbers and all(type(number) is int and 0 <= number < 2**31 for number in numbers)
    _demand(bool(whole), f"steps: row {step} has a histogram that is not rows of whole numbers")
    return np.array(found, np.int64)
