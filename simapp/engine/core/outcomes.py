"""Why a request was refused. Codes are stored: append only, never renumber."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """0 is done; every other value is a refusal."""

    DONE = 0
    UNKNOWN_POST = 1
    UNKNOWN_USER = 2
    DUPLICATE = 3
    NOTHING_TO_UNDO = 4
    SELF = 5
    OWN_POST = 6
    NOT_OFFERED = 7
    NO_TEXT = 8
    OPPOSITE_VOTE = 9
    UNKNOWN_COMMENT = 10
    NOTHING_FOUND = 11
    SUSPENDED = 12
    FAULT = 13
    UNKNOWN_GROUP = 40
    NOT_A_MEMBER = 41
    UNKNOWN_PRODUCT = 42
    NOT_POSITIVE = 43


SENTENCES: dict[Outcome, str] = {
    Outcome.DONE: "done",
    Outcome.UNKNOWN_POST: "the post does not exist, was removed, or has left the feed window",
    Outcome.UNKNOWN_USER: "the user does not exist",
    Outcome.DUPLICATE: "this was already done",
    Outcome.NOTHING_TO_UNDO: "there is nothing to undo",
    Outcome.SELF: "users cannot do this to themselves",
    Outcome.OWN_POST: "users cannot rate their own posts on this platform",
    Outcome.NOT_OFFERED: "this platform does not offer the action",
    Outcome.NO_TEXT: "a text is required",
    Outcome.OPPOSITE_VOTE: "the opposite vote must be undone first",
    Outcome.UNKNOWN_COMMENT: "the comment does not exist, was removed, or has left the feed window",
    Outcome.NOTHING_FOUND: "nothing was found",
    Outcome.SUSPENDED: "the account is suspended",
    Outcome.FAULT: "the action has a fault and could not be checked",
    Outcome.UNKNOWN_GROUP: "the group does not exist",
    Outcome.NOT_A_MEMBER: "only members can send to a group",
    Outcome.UNKNOWN_PRODUCT: "the product does not exist",
    Outcome.NOT_POSITIVE: "at least one must be bought",
}
