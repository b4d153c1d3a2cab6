"""Replies of a run as one file: what another installation needs to make the run again without any model.

JSON Lines, compressed with Zstandard. The first line says what the file is and holds the scenario document; each
further line is one reply under the content address of its question, in ascending order of these. Replies that came
too late are among them, for they are inputs of the run like the others. No prompt and no name of a member is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

import zstandard
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from simapp.engine.core.errors import Refused, WrongInput
from simapp.models import ModelReply, ReplyFile, Run, RunInput
from simapp.runs import services
from simapp.runs.points import past_of
from simapp.runs.reply_reading import VERSION, Reading
from simapp.scenarios.document import load_scenario, scenario_hash
from simapp.store.copy import copy_rows
from simapp.store.lineage import segments_of

if TYPE_CHECKING:
    from simapp.models import ScenarioVersion

CHUNK = 2_000
COLUMNS = (
    "key", "model", "revision", "outcome", "text", "first", "problem", "tokens_in", "tokens_out", "tokens_cached",
    "seconds", "cost", "tries",
)  # fmt: skip

TYPES = {
    "file_id": "int8", "created": "timestamptz", "key": "bytea", "model": "text", "revision": "text",
    "outcome": "text", "text": "text", "first": "text", "problem": "text", "tokens_in": "int4", "tokens_out": "int4",
    "tokens_cached": "int4", "seconds": "float8", "cost": "float8", "tries": "int2",
}  # fmt: skip


def header_of(run: Run) -> dict[str, Any]:
    """Return what a file of this run's replies says about it. Raises Refused where there can be no such file."""
    if run.step < 0:
        raise Refused("There are no replies before the run has begun.")
    _one_document(run)
    said = ModelReply.objects.filter(past_of(run))
    by_outcome = dict(said.order_by().values_list("outcome").annotate(Count("pk")))
    if not by_outcome:
        msg = f"No model answered in run {run.pk}; it needs no file of replies."
        raise Refused(msg)
    keyed = said.filter(key__isnull=False)
    return {
        "sociarium": "replies",
        "version": VERSION,
        "replies": keyed.order_by().values("key").distinct().count(),
        "late": by_outcome.get("late", 0),
        "abstained": by_outcome.get("abstained", 0),
        "without_key": sum(by_outcome.values()) - keyed.count(),
        "inputs": RunInput.objects.filter(past_of(run)).count(),
        "models": sorted(said.order_by().values_list("model", flat=True).distinct()),
        "tokens": sum(said.aggregate(i=Sum("tokens_in"), o=Sum("tokens_out")).values()),
        "run": run.pk,
        "title": run.title,
        "seed": run.seed,
        "step": run.step,
        "users": run.users,
        "digest": run.digest_hex,
        "prices": run.prices,
        "scenario_sha256": run.scenario_version.document_sha256,
        "scenario": run.scenario_version.document,
    }


def write_replies(run: Run, out: BinaryIO) -> dict[str, Any]:
    """Write the file of a run's replies up to its last committed step; return its header. Raises Refused."""
    with transaction.atomic():
        head = header_of(run)
        keyed = ModelReply.objects.filter(past_of(run), key__isnull=False).order_by("key", "pk")
        with zstandard.ZstdCompressor(level=9).stream_writer(out, closefd=False) as packed:
            packed.write(_line(head))
            last = b""
            # A question is asked once: its seed is its user's and its step's. Of two with one key the first counts.
            for row in keyed.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
                key = bytes(row[0])
                if key != last:
                    packed.write(_line(dict(zip(COLUMNS, (key.hex(), *row[1:]), strict=True))))
                last = key
    return head


def import_replies(*, owner: Any, name: str, file: BinaryIO) -> ReplyFile:
    """Take a file of replies in; a file that the member has already is not taken twice.

    Raises WrongInput with one sentence that names the line; nothing is kept then.
    """
    member = owner if owner is not None and getattr(owner, "pk", None) else None
    try:
        with transaction.atomic():
            return _import(member, _plain(name), Reading(file))
    except DatabaseError as problem:
        msg = f"the file's lines cannot be kept: {str(problem).splitlines()[0]}"
        raise WrongInput(msg) from problem


def _import(member: Any, name: str, reading: Reading) -> ReplyFile:
    head = reading.header()
    if scenario_hash(load_scenario(head["scenario"])) != head["scenario_sha256"]:
        msg = (
            "line 1: scenario is not the document of scenario_sha256, as this version of the program reads it"
        )
        raise WrongInput(msg)
    # A member who leaves takes no file along, and it must not become one of the command line's.
    head |= {"by": "member" if member else "command line"}
    made = ReplyFile.objects.create(
        owner=member, name=name, said=head, scenario_sha256=head["scenario_sha256"], seed=head["seed"],
        replies=head["replies"], sha256="",
    )  # fmt: skip
    now = timezone.now()
    with connection.cursor() as cursor:
        rows = ((made.pk, now, *(reply[name] for name in COLUMNS)) for reply in reading.replies())
        copy_rows(cursor, "simapp_cachedreply", TYPES, rows)
    held = ReplyFile.objects.filter(owner=member, sha256=reading.sha256).first()
    if held is not None:
        made.delete()
        return held
    made.sha256 = reading.sha256
    made.save(update_fields=["sha256"])
    return made


def study_of(*, owner: Any, file: ReplyFile) -> ScenarioVersion:
    """Return a version of the file's scenario that a member can launch, made where they have none."""
    from simapp.models import ScenarioVersion

    document = load_scenario(file.said["scenario"])
    if owner is None:
        return services.command_line_version(document=document)
    known = ScenarioVersion.objects.filter(
        scenario__owner=owner, scenario__archived=False, document_sha256=file.scenario_sha256
    ).order_by("-pk")
    return known.first() or services.create_scenario(owner=owner, document=document)


def run_study(*, owner: Any, file: ReplyFile) -> Run:
    """Launch the run of a file again, from its replies. Raises as services.create_run."""
    with transaction.atomic():
        version = study_of(owner=owner, file=file)
        return services.launch(
            owner=owner, version=version, seed=file.seed, answers="cache", replies=file,
            steps=max(file.said["step"], 1), title=file.said["title"],
        )  # fmt: skip


def delete_file(*, file: ReplyFile) -> None:
    """Delete an imported file with its replies. Raises Refused while a run that is not over needs it."""
    using = Run.objects.filter(replies_from=file)
    open_ = using.exclude(status__in=services.OVER).values_list("pk", flat=True).first()
    if open_ is not None:
        msg = f"Run {open_} takes its replies from this file; it must be over first."
        raise Refused(msg)
    with transaction.atomic():
        using.update(replies_from=None)
        file.delete()


def _one_document(run: Run) -> None:
    """Refuse a run whose steps were not all made from its own document and seed: no launch could repeat it."""
    own = (run.scenario_version.document_sha256, run.seed)
    for segment in segments_of(run):
        maker = segment.run
        if maker is not None and (maker.scenario_version.document_sha256, maker.seed) != own:
            msg = (
                f"Run {run.pk} is a fork with settings of its own from step {segment.last + 1} on, which no launch can "
                f"repeat; take the replies of run {maker.pk} out."
            )
            raise Refused(msg)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _plain(name: str) -> str:
    return "".join(char for char in name if char.isprintable())[:255] or "replies"
