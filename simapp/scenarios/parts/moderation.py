"""Moderation as interventions: what the platform does to posts and accounts at given steps.

They are carried out before the feeds of their step are ranked. A post or user that is not there when the step
comes is a refused event, not an error: whether anything is shared at all is what the run finds out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from simapp.scenarios.parts.base import MAX_INTERVENTIONS, Author, Part, PostText, Step

POST_WORDS = ("most_shared", "most_liked", "most_reported")
LONGEST_LABEL = 80


def _check_target(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_INTERVENTIONS:
        return value
    if isinstance(value, str) and value in POST_WORDS:
        return value
    raise PydanticCustomError("target", "")


PostTarget = Annotated[
    int | str,
    PlainValidator(_check_target),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_INTERVENTIONS},
                {"type": "string", "enum": list(POST_WORDS)},
            ],
            "accepted": "the number of an inject_post of this scenario, counted from 1 in the order of the "
            f"list, or one of {', '.join(POST_WORDS)}",
        }
    ),
]
"""Which post: the n-th injected one, or whichever is the most shared, liked or reported one in the feed window
(posts and quotes; ties: the smallest identity; posts that nobody shared, liked or reported are none)."""

_WHICH = (
    "Which post: the n-th inject_post of the list, or whichever is the most shared, liked or reported one "
    "in the feed window when the step comes."
)
_AT = "Step at which it happens, from 1; the feeds of this step already know."
_WHO = "Which account; most_followed is whoever is when the step comes."


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("text", "one line of text")
    return text


LabelText = Annotated[PostText, Field(max_length=LONGEST_LABEL), AfterValidator(_one_line)]


class ModeratesPost(Part):
    """What all moderation of a post says."""

    at: Step = Field(description=_AT)
    post: PostTarget = Field(description=_WHICH)


class LabelPost(ModeratesPost):
    """At a step, a label is put on a post; it is shown with the post."""

    kind: Literal["label_post"] = "label_post"
    text: LabelText = Field(description="The label, in one line.")


class NotePost(ModeratesPost):
    """At a step, a note with context is put below a post."""

    kind: Literal["note_post"] = "note_post"
    text: PostText = Field(description="The note.")


class RemovePost(ModeratesPost):
    """At a step, a post is taken down: nobody is shown it or a repost of it any more."""

    kind: Literal["remove_post"] = "remove_post"


class RestorePost(ModeratesPost):
    """At a step, a post that was taken down is put back."""

    kind: Literal["restore_post"] = "restore_post"


class DemotePost(ModeratesPost):
    """From a step on, a post is shown to followers only: it leaves trends and what strangers discover."""

    kind: Literal["demote_post"] = "demote_post"


class UndoDemotePost(ModeratesPost):
    """At a step, the demotion of a post is taken back."""

    kind: Literal["undo_demote_post"] = "undo_demote_post"


class ModeratesUser(Part):
    """What all moderation of an account says."""

    at: Step = Field(description=_AT)
    user: Author = Field(description=_WHO)


class SuspendUser(ModeratesUser):
    """From a step on, an account can do nothing, and nobody is shown what it posted."""

    kind: Literal["suspend_user"] = "suspend_user"


class ReinstateUser(ModeratesUser):
    """At a step, a suspended account may act and is seen again."""

    kind: Literal["reinstate_user"] = "reinstate_user"
