"""What the columns of an exported OASIS database hold; types follow from the schema."""

from __future__ import annotations

import re

from simapp.store.exporters.dictionary import Column, Table
from simapp.store.exporters.oasis_schema import TABLES

_ABOUT = {
    "user": "The simulated accounts.",
    "post": "Posts, reposts (original_post_id set, no content) and quotes (both set).",
    "comment": "Comments, each under one post.",
    "like": "Likes of posts that stand at the end.",
    "dislike": "Dislikes of posts that stand at the end.",
    "comment_like": "Likes of comments that stand at the end.",
    "comment_dislike": "Dislikes of comments that stand at the end.",
    "report": "Reports of posts, each of the very row that it names.",
    "follow": "The follow graph at the end: follower -> followee; attention flows the other way.",
    "mute": "Mutes that stand at the end.",
    "trace": "Every accepted action and every search, and a sign_up per user.",
    "rec": "What was shown in the last step.",
    "product": "What was on sale, and how much of it was sold.",
    "chat_group": "Chat groups, in the order in which they were made.",
    "group_members": "Who is in which group at the end.",
    "group_messages": "Everything that was sent to groups.",
}
_NOTHING = "Empty: this platform does not offer it."
_WHEN = "when it happened: the step (microblog) or the simulated time as text (forum)"
_MEANING = {
    "user_id": "who did it: user_id of user; -1 is the scenario itself",
    "agent_id": "the same number as user_id",
    "user_name": "handle",
    "bio": "profile text",
    "created_at": _WHEN,
    "joined_at": _WHEN,
    "sent_at": _WHEN,
    "num_followings": "users followed at the end",
    "num_followers": "followers at the end",
    "num_likes": "likes that stand at the end, those of the scenario included",
    "num_dislikes": "dislikes that stand at the end, those of the scenario included",
    "num_shares": "reposts and quotes of the cascade that begins with it",
    "num_reports": "reports of this very row",
    "original_post_id": "first post of the cascade that a repost or quote belongs to",
    "content": "the text; of a quote: the text of the original; of a repost: none, or the legacy repost text",
    "quote_content": "what a quote says about the original",
    "follower_id": "who follows",
    "followee_id": "who is followed",
    "muter_id": "who muted",
    "mutee_id": "who was muted",
    "product_name": "name of the product",
    "sales": "units sold",
    "sender_id": "who sent it",
    "report_reason": "why it was reported",
    "action": "OASIS's name of the action",
    "info": "what the action named and made, as JSON with OASIS's keys",
}
_OWN = {
    ("user", "user_id"): "number of the user, from 0",
    ("user", "name"): "displayed name",
    ("post", "user_id"): "author",
    ("comment", "user_id"): "author",
    ("comment", "content"): "the text",
    ("chat_group", "name"): "name of the group",
    ("group_members", "group_id"): "group_id of chat_group",
    ("group_messages", "group_id"): "group_id of chat_group",
    ("group_messages", "content"): "the message",
    ("rec", "user_id"): "to whom it was shown",
}
_MISSING = {"original_post_id": "it is no repost or quote", "quote_content": "it is no quote"}


def tables() -> list[Table]:
    """Return the 16 tables of the export, described."""
    return [
        Table(name, _ABOUT.get(name, _NOTHING), "its key", tuple(_columns(name, schema)))
        for name, schema in TABLES.items()
    ]


def _columns(table: str, schema: str) -> list[Column]:
    found = []
    for part in re.split(r",\s*(?![^()]*\))", " ".join(schema.split())):
        name, kind, *_ = part.split()
        if name == "PRIMARY":
            continue
        key = (
            "number of the row, from 1"
            if "AUTOINCREMENT" in part
            else f"{name} of {name.removesuffix('_id')}"
        )
        meaning = _OWN.get((table, name)) or (key if "AUTOINCREMENT" in part else _MEANING.get(name, key))
        found.append(Column(name, kind, meaning, missing=_MISSING.get(name, "")))
    return found
