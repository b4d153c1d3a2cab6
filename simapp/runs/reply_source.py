"""Where a run that replays language models takes their replies from, and what is said about it beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simapp.engine.core.errors import WrongInput
from simapp.models import ModelReply, ReplyFile, Run

if TYPE_CHECKING:
    from simapp.models import ScenarioVersion


def source_of(
    owner: Any, version: ScenarioVersion, seed: int, answers: str, chosen: ReplyFile | None
) -> ReplyFile | None:
    """Return the imported file that answers in a run, None for what models answered here (or for models themselves).

    Without a choice a run with answers "cache" takes the newest file of its owner that was made from this very
    document and seed. Raises WrongInput for a choice that cannot answer.
    """
    if chosen is None:
        return files_of_study(owner, version).filter(seed=seed).first() if answers == "cache" else None
    if answers != "cache":
        raise WrongInput("replies names a file, so answers must be cache.")
    if chosen.scenario_sha256 != version.document_sha256:
        msg = f"replies: {chosen.name} was made from another scenario document, so it holds no answer to this one."
        raise WrongInput(msg)
    if chosen.seed != seed:
        msg = f"seed is {seed}; the replies of {chosen.name} are to the questions of seed {chosen.seed}."
        raise WrongInput(msg)
    return chosen


def files_of_study(owner: Any, version: ScenarioVersion) -> Any:
    """Return the reply files that a member imported and that were made from this document, newest first."""
    held = owner if owner is not None and getattr(owner, "pk", None) else None
    found = ReplyFile.objects.filter(owner=held, scenario_sha256=version.document_sha256).order_by("-pk")
    return found if held is not None else found.filter(said__by="command line")


def noted_prices(version: ScenarioVersion, source: ReplyFile | None) -> dict[str, Any]:
    """Return the prices under which replies were asked for: limits then let through what they let through then."""
    if source is not None:
        prices: dict[str, Any] = source.said.get("prices", {})
        return prices
    asked = Run.objects.filter(
        scenario_version__document_sha256=version.document_sha256, answers="models"
    ).exclude(prices={})
    return asked.order_by("-pk").values_list("prices", flat=True).first() or {}


def notes_of(source: ReplyFile) -> list[str]:
    """Return what is to be known before a run from a file: a sentence each, none where it repeats its run exactly."""
    said, notes = source.said, []
    if late := said.get("late"):
        notes.append(
            f"{_count(late, 'reply', 'replies')} came too late when the run was made; here, too, rules decide then."
        )
    if inputs := said.get("inputs"):
        notes.append(
            f"{_count(inputs, 'intervention')} of members entered the run, which the file does not hold: "
            "without them it may come out differently."
        )
    if lost := said.get("without_key"):
        notes.append(
            f"{_count(lost, 'reply', 'replies')} had no key and could not be taken along; a run pauses there."
        )
    return notes


def notes_of_cache(version: ScenarioVersion) -> list[str]:
    """Return what is to be known before a run from what models answered here."""
    made = Run.objects.filter(
        scenario_version__document_sha256=version.document_sha256, answers="models", deleted=None
    )
    late = ModelReply.objects.filter(run_id__in=made.values("pk"), outcome="late").count()
    if not late:
        return []
    return [
        f"In runs of this document {_count(late, 'reply', 'replies')} came too late: from the cache those users get "
        "what was answered later, or the run pauses. A file that was exported from a run repeats it as it was."
    ]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
