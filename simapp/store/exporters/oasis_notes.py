"""What a reader of an OASIS export must know: choices where OASIS's tables leave one."""

from __future__ import annotations

from simapp.store.exporters.source import Source

NOBODY = -1  # the user_id of what the scenario itself did: OASIS has no such account


def notes_for(source: Source, *, legacy_reposts: bool = False) -> list[str]:
    """Return the choices that a reader of the file must know."""
    times = "created_at is text (simulated UTC), as in OASIS's clock mode."
    if not has_clock(source):
        minutes = source.minutes_per_step
        times = (
            f"created_at is the integer step, as in OASIS's step mode; a step is {minutes} simulated minutes."
        )
        if legacy_reposts:
            times = "created_at is the integer simulated minute."
    legacy = [
        "A repost's content spells out the chain of sharers (legacy repost text) and its num_likes are those of "
        "the post that it shows."
    ]
    return [
        times,
        *(legacy if legacy_reposts else []),
        "user_id starts at 0; ids of all other tables start at 1 and follow the order of the run.",
        "like, dislike, follow and mute hold what still stands at the end; ids count all that ever was.",
        "original_post_id is the first post of the cascade; what was reposted is reposted_id of the trace.",
        f"What the scenario itself did (artificial first votes) has user_id {NOBODY}.",
        "Sign-ups and the follow graph at the start have step 0; those follows have no trace, as in OASIS.",
        "trace holds accepted actions, and searches that found nothing. posts is empty in the info of refresh "
        "and trend: what they showed is not kept. A repetition of an action in a step has an extra key nth in "
        "info, because the primary key of trace is all four columns.",
        "group_members holds who is in at the end. listen_from_group has a trace here; OASIS leaves none.",
        "Interviews stand in trace as in OASIS, with an interview_id of their own each; they changed nothing.",
        "rec holds what was shown in the last step.",
    ]


def has_clock(source: Source) -> bool:
    """OASIS keeps clock times where it plays a forum, and steps where it plays a microblog."""
    return bool(source.document.get("platform", {}).get("rules") == "forum")
