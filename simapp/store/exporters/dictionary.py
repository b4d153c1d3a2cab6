"""What is in an export: every table and column with its type, unit, range and meaning.

The CSV, JSON Lines and Parquet writers, the manifest and docs/data-dictionary.md all follow from this.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from simapp.engine.actions.registry import names_by_code
from simapp.engine.core.batches import REASONS, TIERS
from simapp.engine.core.outcomes import SENTENCES
from simapp.engine.core.population import GENDERS
from simapp.engine.core.posts import KINDS
from simapp.store.exporters.replies_table import REPLIES
from simapp.store.exporters.shapes import STEP, Column, Table

__all__ = ["REPLIES", "TABLES", "Column", "Table", "as_markdown", "docs_page", "opinions_table"]

_MINUTE = Column(
    "minute", "int64", "simulated time since the start of the run at the end of the step", "minutes", "0 and up"
)
_USER = "user_id of users"
_POST = "post of posts"
_TEXT = Column("text_id", "int32", "text_id of texts", missing="the row has no text of its own")
_STANCE = Column("stance", "float32", "stance as shown: -1 against, 1 for", "", "-1 to 1", missing="unknown")
_OPINION = Column(
    "opinion", "float32", "opinion on the topic in the native scale of the opinion model", "", "depends on the model"
)
_APPEAL = Column(
    "appeal", "float32", "how much a post invites reposting, on the scale of a probability", "", "0 and up"
)
_TOPIC = Column("topic", "string", "topic, a slug of the scenario", missing="unknown")
_ITEM = Column(
    "item",
    "int32",
    "number of the group made or named, of the product bought, or of the follower in an ordered follow",
    "",
    "0 and up",
    "none",
)
_AMOUNT = Column("amount", "int16", "how many were asked for; 0 where nothing is counted")
_ACTOR = Column("actor", "int32", f"who acted: {_USER}", missing="the scenario itself")


def _names(words: Iterable[str]) -> str:
    return ", ".join(words)


USERS = Table(
    "users",
    "The simulated accounts.",
    "user_id",
    (
        Column("user_id", "int32", "the user, for ever", "", "0 to users - 1"),
        Column("handle", "string", "handle without @"),
        Column("name", "string", "display name"),
        Column("bio", "string", "profile text; may be an empty text"),
        Column("persona", "string", "description for language models; may be an empty text"),
        Column("age", "int16", "age", "years", "1 and up", "unknown"),
        Column("gender", "string", "gender", "", _names(GENDERS)),
        Column("country", "string", "country as given; may be an empty text"),
        Column("mbti", "string", "personality type as given; may be an empty text"),
        Column("community", "int32", "planted group (block) of the network generator", "", "0 and up", "none"),
        Column("level", "float32", "probability of being active within one hour at the peak hour", "1/hour", "0 to 1"),
        Column("voice", "float32", "propensity to write a post when active", "", "0 to 1"),
    ),
)
TEXTS = Table(
    "texts",
    "Every distinct text that was written, searched for, given as a reason or put beside a post, once.",
    "text_id",
    (
        Column("text_id", "int32", "the text", "", "0 and up"),
        Column("step", "int32", "step in which it was first used", "steps", "0 and up"),
        Column("text", "string", "the text"),
    ),
)
POSTS = Table(
    "posts",
    "Posts, reposts, quotes and comments.",
    "step, post",
    (
        Column("post", "int64", "the post's identity: author * 2^32 + step * 2^12 + n; read it as a 64-bit integer"),
        STEP,
        _MINUTE,
        Column("author", "int32", f"who wrote it: {_USER}", missing="the scenario itself"),
        Column("kind", "string", "kind of post", "", _names(KINDS)),
        Column("root", "int64", f"first post of the cascade (a comment: the post it stands under): {_POST}"),
        Column("parent", "int64", f"what was reposted, quoted or commented on: {_POST}", missing="a post"),
        _TOPIC,
        _STANCE,
        _OPINION,
        _APPEAL,
        Column("arm", "int8", "artificial first vote: 1 up, -1 down, 0 none", "", "-1, 0, 1"),
        _TEXT,
        Column("text", "string", "what was written", missing="a repost"),
    ),
)
FOLLOWS = Table(
    "follows",
    "The history of the follow graph; step 0 is the whole graph at the start. Attention flows from followee "
    "to follower.",
    "step",
    (
        STEP,
        Column("follower", "int32", f"who follows: {_USER}"),
        Column("followee", "int32", f"who is followed: {_USER}"),
        Column("change", "string", "whether the edge appeared or disappeared", "", "follow, unfollow"),
    ),
)
EVENTS = Table(
    "events",
    "What changed, and what was refused and why.",
    "step, seq",
    (
        STEP,
        Column("seq", "int32", "place in the step's canonical order", "", "0 and up"),
        _MINUTE,
        _ACTOR,
        Column("action", "string", "the action", "", _names(names_by_code().values())),
        Column(
            "outcome", "string", "done, or why it was refused", "", _names(o.name.lower() for o in SENTENCES)
        ),
        Column("n", "int32", "number that tells apart what the actor did in the step", "", "0 to 4095"),
        Column(
            "post",
            "int64",
            f"post written or acted on (the original, if a repost was named): {_POST}",
            missing="none",
        ),
        Column("target", "int64", f"post that the request named: {_POST}", missing="none"),
        Column("user", "int32", f"user that the request named: {_USER}", missing="none"),
        _ITEM,
        _AMOUNT,
        _TEXT,
    ),
)
METRICS = Table(
    "metrics",
    "Every metric at every step; the catalogue has formulas and references.",
    "step, name",
    (
        STEP,
        _MINUTE,
        Column("name", "string", "name in the metric catalogue"),
        Column("value", "float64", "the value", *("see the catalogue",) * 2, "not defined at this step"),
        Column("null_value", "float64", "its null or baseline, where it has one", missing="it has none"),
    ),
)
STEPS = Table(
    "steps",
    "One row per committed step, with the digests that a replay must reproduce.",
    "step",
    (
        STEP,
        _MINUTE,
        Column("digest", "string", "rolling hash over all decisions and events up to this step, hex"),
        Column("impressions_digest", "string", "hash of what was shown in this step, hex"),
        Column("counts", "string", "what happened in the step, as a JSON object of whole numbers"),
        Column("histogram", "string", "opinions as shown, counted in equal bins of -1 to 1: JSON, a list per topic"),
    ),
)
INPUTS = Table(
    "inputs",
    "What entered the run from outside its seed; with scenario and seed it repeats the run.",
    "step, seq",
    (
        STEP,
        Column("seq", "int32", "place within the step", "", "0 and up"),
        Column("kind", "string", "kind of input"),
        Column("payload", "string", "the input itself, as JSON"),
    ),
)
INTERVIEWS = Table(
    "interviews",
    "What users answered to questions on a clone of the world; no part of the run, nor of its digest.",
    "interview, seq",
    (
        Column("interview", "int64", "number of the question"),
        Column("seq", "int32", "place within the answers to it", "", "0 and up"),
        STEP,
        _MINUTE,
        Column("user", "int32", f"who was asked: {_USER}"),
        Column("kind", "string", "kind of probe", "", "interview"),
        Column("tier", "string", "what kind of mind answered", "", _names(TIERS)),
        Column("prompt", "string", "the question"),
        Column("response", "string", "the answer"),
    ),
)
IMPRESSIONS = Table(
    "impressions",
    "What was shown to whom, and where in the feed.",
    "step, viewer, rank",
    (
        STEP,
        Column("viewer", "int32", f"who saw it: {_USER}"),
        Column("rank", "uint8", "place in the feed, 0 at the top", "", "0 and up"),
        Column("post", "int64", f"what was shown: {_POST}"),
        Column("score", "float32", "score given by the feed", "depends on the feed"),
        Column("source", "uint8", "candidate source, counted in the order in which the feed declares them"),
    ),
)
DECISIONS = Table(
    "decisions",
    "What minds chose, doing nothing included.",
    "step, actor, n",
    (
        STEP,
        _ACTOR,
        Column("action", "string", "the action", "", _names(names_by_code().values())),
        Column("n", "uint16", "number that tells apart what the actor chose in the step", "", "0 to 4095"),
        Column("target", "int64", f"post that was named: {_POST}", missing="none"),
        Column("user", "int32", f"user that was named: {_USER}", missing="none"),
        _ITEM,
        _AMOUNT,
        _TEXT,
        _TOPIC,
        _STANCE,
        _OPINION,
        _APPEAL,
        Column("tier", "string", "what kind of mind chose", "", _names(TIERS)),
        Column("reason", "string", "why that kind of mind", "", _names(REASONS)),
    ),
)
OPINIONS = Table(
    "opinions",
    "Everybody's opinion on every topic after each step, as shown: -1 against, 1 in favour; one column per "
    "topic.",
    "step, user",
    (STEP, Column("user", "int32", _USER)),
)

TABLES = (
    USERS, TEXTS, POSTS, FOLLOWS, EVENTS, METRICS, STEPS, INPUTS, INTERVIEWS, REPLIES, IMPRESSIONS, DECISIONS, OPINIONS,
)  # fmt: skip


def opinions_table(topics: Iterable[str]) -> Table:
    """Return the opinions table with one column per topic of the scenario."""
    own = tuple(Column(topic, "float32", f"opinion on {topic}", "", "-1 to 1") for topic in topics)
    return Table(OPINIONS.name, OPINIONS.about, OPINIONS.order, OPINIONS.columns + own)


def as_markdown(tables: Iterable[Table]) -> str:
    """Return the dictionary as a page of tables."""
    lines: list[str] = []
    for table in tables:
        lines += [f"## {table.name}", "", f"{table.about} Ordered by {table.order}.", ""]
        lines += ["| column | type | unit | range | meaning | empty when |", "|---|---|---|---|---|---|"]
        for c in table.columns:
            cells = (f"`{c.name}`", c.type, c.unit or "–", c.range or "–", c.meaning, c.missing or "never")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


_PAGE = """# Data dictionary

What `manage.py export RUN --format csv/jsonl/parquet --out FOLDER` writes: one file per table, beside `manifest.json`
(every file with rows, bytes and SHA-256), `provenance.json` (seed, scenario version and hash, digest, versions and
platform), `scenario.json` (the document that was executed) and this dictionary for the run, as Markdown and JSON.
Where a scenario's people come from a file, that file lies beside them. `manage.py import-run FOLDER` reads it all back.

An export is one moment of a run: the last step that was committed when it began. A fork's export holds the whole
past, its ancestors' part included. Empty means missing, never zero. Post identities are 64-bit integers; programs
that read numbers as floating point lose digits beyond 2^53.

In CSV files one apostrophe stands before text cells that begin with an apostrophe, = + - @ (also full-width), a tab, a
return or a newline, so that no spreadsheet runs them as formulas. Remove one leading apostrophe from text cells to
get the text back exactly. An empty text is written `""`, a missing one as nothing.

The OASIS format (`<run>.db`) has the tables and columns of OASIS's own databases; its manifest states the choices made.

This page is made from the code: `python -m simapp.store.exporters.dictionary > docs/data-dictionary.md`.

"""


def docs_page() -> str:
    """Return docs/data-dictionary.md."""
    return _PAGE + as_markdown(TABLES)


if __name__ == "__main__":
    sys.stdout.write(docs_page())
