"""Replies as a file: a run can be made again elsewhere without any model, and what is wrong with a file is said."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from simapp.engine.core.errors import Refused, WrongInput
from simapp.engine.core.threads import Workers
from simapp.models import CachedReply, ModelReply, QuestionBatch, ReplyFile, Run
from simapp.runs.forks import create_fork
from simapp.runs.prompts import forget_prompts
from simapp.runs.replaying import replay
from simapp.runs.reply_files import delete_file, import_replies, run_study, study_of, write_replies
from simapp.runs.reply_source import notes_of, notes_of_cache
from tests.runs.small import finish, make
from tests.runs.test_thinking import thinking
from tests.runs.thinking import Away, Oracle, answered, endpoint, replies

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["answered"]

Answered = Callable[[Any], None]
STEPS = 5


def file_of(run: Run) -> bytes:
    held = io.BytesIO()
    write_replies(run, held)
    return held.getvalue()


def take(data: bytes, owner: Any = None) -> ReplyFile:
    return import_replies(owner=owner, name="study.replies.zst", file=io.BytesIO(data))


def elsewhere() -> None:
    """Let go of all that models answered here, as if this were another installation."""
    CachedReply.objects.all().delete()


def test_a_run_from_an_imported_file_has_the_same_digest_with_every_model_away(answered: Answered) -> None:
    answered(Oracle())
    first = finish(make(thinking(keep_prompts=False), steps=STEPS))
    data = file_of(first)
    elsewhere()
    answered(Away())

    held = take(data)
    again = finish(make(thinking(keep_prompts=False), steps=STEPS, answers="cache"))

    assert again.replies_from == held
    assert again.status == "finished", again.waiting
    assert again.digest == first.digest
    assert [row[:-1] for row in replies(again)] == [row[:-1] for row in replies(first)]
    assert replay(again, workers=Workers(1)).differs_at is None
    assert notes_of(held) == []


def test_the_same_run_gives_the_same_file_and_it_holds_no_prompt(answered: Answered) -> None:
    answered(Oracle())
    run = finish(make(thinking(), steps=STEPS))
    data = file_of(run)
    assert file_of(run) == data
    text = zstandard.ZstdDecompressor().stream_reader(data).read().decode()
    assert len(text.splitlines()) == 1 + ModelReply.objects.filter(run_id=run.rows).count()
    assert "You are" not in text.split("\n", 1)[1]


def test_limits_let_through_from_a_file_what_they_let_through_when_models_answered(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(Oracle())
    prices = {"endpoint/oracle": {"input": 5.0, "output": 5.0, "timeout": 20.0}}
    monkeypatch.setattr("simapp.runs.services.note_prices", lambda *_: prices)
    study = thinking(endpoint(60), limits={"money": 0.05})
    first = finish(make(study, steps=STEPS))
    data = file_of(first)
    elsewhere()
    Run.objects.update(prices={})
    answered(Away())
    take(data)

    again = finish(make(study, steps=STEPS, answers="cache"))

    assert again.digest == first.digest
    assert again.prices == prices


def test_who_was_answered_too_late_decides_by_rules_from_the_file_too_and_that_is_said(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(Away())
    monkeypatch.setattr("simapp.runs.asking.POLL_SECONDS", 0.0)
    study = thinking(waiting={"seconds": 0.01, "then": "rules"})
    first = finish(make(study, steps=2))
    late = ModelReply.objects.filter(run_id=first.rows, outcome="late").count()

    held = take(file_of(first))
    again = finish(make(study, steps=2, answers="cache"))

    assert late > 0
    assert again.digest == first.digest
    assert notes_of(held)[0].startswith(f"{late} replies came too late")
    assert str(late) in notes_of_cache(first.scenario_version)[0]


def test_what_a_file_claims_is_never_given_to_a_run_that_asks_models(answered: Answered) -> None:
    answered(Oracle())
    first = finish(make(thinking(), steps=2))
    take(file_of(first))
    CachedReply.objects.filter(file=None).delete()
    oracle = Oracle()
    answered(oracle)

    second = finish(make(thinking(), steps=2))

    assert len(oracle.asked) == ModelReply.objects.filter(run_id=second.rows).count() > 0


def test_a_member_takes_only_files_of_their_own(answered: Answered, owner: Any, stranger: Any) -> None:
    answered(Oracle())
    first = finish(make(thinking(), steps=2))
    held = take(file_of(first), owner)
    assert make(thinking(), steps=2, owner=owner, answers="cache").replies_from == held
    assert make(thinking(), steps=2, owner=stranger, answers="cache").replies_from is None


def test_the_file_of_a_member_who_left_does_not_become_one_of_the_command_line(
    answered: Answered, stranger: Any
) -> None:
    answered(Oracle())
    take(file_of(finish(make(thinking(), steps=1))), stranger)
    stranger.delete()
    assert make(thinking(), steps=1, answers="cache").replies_from is None


def test_groups_that_a_model_is_asked_for_are_repeated_from_a_file_too(answered: Answered) -> None:
    answered(Oracle())
    groups = {
        "tier": "archetype", "asks": "endpoint", "model": "oracle", "samples": 2,
        "who": {"kind": "share", "share": 0.5},
    }  # fmt: skip
    first = finish(make(thinking(groups), steps=3))
    assert first.status == "finished", first.error
    said = ModelReply.objects.filter(run_id=first.rows)
    assert said.filter(user_id__lt=0).exists()
    assert said.values("key").distinct().count() == said.count(), "each question has a key of its own"
    data = file_of(first)
    elsewhere()
    answered(Away())
    take(data)
    assert finish(make(thinking(groups), steps=3, answers="cache")).digest == first.digest


def test_a_file_that_is_taken_in_twice_is_held_once(answered: Answered, owner: Any) -> None:
    answered(Oracle())
    data = file_of(finish(make(thinking(), steps=2)))
    assert take(data, owner) == take(data, owner)
    assert take(data) != take(data, owner)
    assert ReplyFile.objects.count() == 2


def test_a_study_is_launched_from_its_file_alone(answered: Answered, owner: Any) -> None:
    answered(Oracle())
    first = finish(make(thinking(), steps=3))
    held = take(file_of(first), owner)
    version = study_of(owner=owner, file=held)
    run = finish(run_study(owner=owner, file=held))
    assert run.scenario_version == version
    assert (run.owner, run.steps, run.seed, run.digest) == (owner, 3, first.seed, first.digest)


@pytest.mark.parametrize(("change", "named"), [({"seed": 8}, "seed"), ({"scenario": True}, "replies")])
def test_a_file_of_another_seed_or_document_is_refused(answered: Answered, change: Any, named: str) -> None:
    answered(Oracle())
    held = take(file_of(finish(make(thinking(), steps=1))))
    other = thinking(endpoint(5)) if change.pop("scenario", False) else thinking()
    with pytest.raises(WrongInput, match=named):
        make(other, steps=1, answers="cache", replies=held, **change)


def test_a_fork_that_changed_its_settings_says_whose_replies_can_be_taken(answered: Answered) -> None:
    answered(Oracle())
    parent = finish(make(thinking(), steps=3))
    copy = finish(create_fork(run=parent, at=1, member=None))
    other = finish(create_fork(run=parent, at=1, member=None, changes=["feed.preset=reddit-hot"]))

    assert file_of(copy)
    with pytest.raises(Refused, match=f"run {parent.pk}"):
        file_of(other)


def test_a_run_without_models_has_no_file() -> None:
    with pytest.raises(Refused, match="No model answered"):
        file_of(finish(make(steps=1)))


def test_a_file_in_use_is_not_deleted(answered: Answered) -> None:
    answered(Oracle())
    held = take(file_of(finish(make(thinking(), steps=1))))
    run = make(thinking(), steps=1, answers="cache")
    with pytest.raises(Refused, match=f"Run {run.pk}"):
        delete_file(file=held)
    finish(run)
    delete_file(file=held)
    assert not CachedReply.objects.exclude(file=None).exists()


def test_prompts_that_are_forgotten_are_gone_and_the_run_replays_all_the_same(answered: Answered) -> None:
    answered(Oracle())
    run = finish(make(thinking(), steps=3))
    held = QuestionBatch.objects.filter(run_id=run.rows, asked__isnull=False).count()
    assert forget_prompts(run=run, member=None) == held > 0
    assert not QuestionBatch.objects.filter(run_id=run.rows, asked__isnull=False).exists()
    assert replay(run, workers=Workers(1)).differs_at is None
    assert file_of(run)


class TestHostileFiles:
    @pytest.fixture
    def lines(self, answered: Answered) -> list[dict[str, Any]]:
        answered(Oracle())
        data = file_of(finish(make(thinking(), steps=2)))
        text = zstandard.ZstdDecompressor().stream_reader(data).read()
        return [json.loads(line) for line in text.splitlines()]

    def refused(self, data: bytes) -> str:
        with pytest.raises(WrongInput) as problem:
            take(data)
        assert not ReplyFile.objects.exists()
        assert not CachedReply.objects.exclude(file=None).exists()
        return str(problem.value)

    def packed(self, lines: list[Any]) -> bytes:
        return zstandard.compress(b"\n".join(json.dumps(line).encode() for line in lines))

    def test_every_field_is_checked_and_the_line_named(self, lines: list[dict[str, Any]]) -> None:
        wrong: dict[str, list[Any]] = {
            "key": ["", "0" * 63, "G" * 64, "A" * 64, 7, None, lines[1]["key"]],
            "outcome": ["maybe", 1, []],
            "text": [None, 5, "x" * 250_001, "\0", "\ud800"],
            "tokens_in": [-1, 2**31, 1.5, True, "1"],
            "seconds": [-0.1, "1", None, 1e13],
            "model": [None, "m" * 901],
            "tries": [2**15],
        }
        for name, values in wrong.items():
            for value in values:
                said = self.refused(self.packed([lines[0], lines[1], {**lines[2], name: value}, *lines[3:]]))
                assert said.startswith(f"line 3: {name} is "), said
        missing = {k: v for k, v in lines[2].items() if k != "text"}
        assert "text is missing" in self.refused(self.packed([lines[0], lines[1], missing, *lines[3:]]))

    def test_whole_numbers_are_amounts_too(self, lines: list[dict[str, Any]]) -> None:
        held = take(self.packed([lines[0], {**lines[1], "seconds": 2, "cost": 0}, *lines[2:]]))
        assert CachedReply.objects.filter(file=held, seconds=2.0, cost=0.0).count() == 1

    def test_the_first_line_is_checked(self, lines: list[dict[str, Any]]) -> None:
        head, *rest = lines
        for change, named in (
            ({"sociarium": "x"}, "line 1"), ({"version": 2}, "version"), ({"seed": -1}, "seed"),
            ({"replies": len(rest) + 1}, "replies follow"), ({"replies": len(rest) - 1}, "replies follow"),
            ({"replies": 2_000_000}, "may hold"), ({"prices": {"a": {"input": 1}}}, "prices"),
            ({"scenario": {}}, ""), ({"scenario_sha256": "0" * 64}, "scenario_sha256"), ({"digest": "x"}, "digest"),
            ({"title": "\0"}, "title"), ({"models": ["a"] * 101}, "models"),
        ):  # fmt: skip
            assert named in self.refused(self.packed([{**head, **change}, *rest]))

    def test_what_is_no_such_file_is_refused(self, lines: list[dict[str, Any]]) -> None:
        whole = self.packed(lines)
        for data in (b"", b"hello", whole[: len(whole) // 2], zstandard.compress(b"[1]\n"), zstandard.compress(b"{"),
                     zstandard.compress(b"[" * 100_000)):  # fmt: skip
            assert self.refused(data).startswith("line ")
        head = json.dumps(lines[0]).encode()
        assert "line 2 is not" in self.refused(zstandard.compress(head + b'\n{"seconds": NaN}\n'))

    def test_a_bomb_is_refused_before_it_unfolds(self, lines: list[dict[str, Any]]) -> None:
        head = json.dumps(lines[0]).encode() + b"\n"
        assert "longer than" in self.refused(zstandard.compress(head + b"a" * (1 << 26)))
        wide = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
        )
        packed = wide.compressobj()
        data = packed.compress(head + b"a" * (1 << 20)) + packed.flush()
        assert "cannot be unpacked" in self.refused(data)

    def test_a_file_of_many_bytes_in_short_lines_is_refused(
        self, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simapp.runs.reply_reading.MOST_BYTES", len(json.dumps(lines[0])) + 1_000)
        assert "in all lines" in self.refused(self.packed(lines))
