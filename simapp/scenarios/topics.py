"""The topics people talk about: a slug for documents and data, a label for readers."""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """A topic of the text grammar: `slug` in documents, `label` on pages and in bios."""

    slug: str
    label: str


TOPICS: tuple[Topic, ...] = (
    Topic("housing", "housing"),
    Topic("transport", "public transport"),
    Topic("climate", "climate"),
    Topic("schools", "schools"),
    Topic("health", "health care"),
    Topic("technology", "technology"),
    Topic("work", "work and pay"),
    Topic("sport", "sport"),
)
TOPIC_SLUGS: tuple[str, ...] = tuple(topic.slug for topic in TOPICS)
DEFAULT_TOPICS: tuple[str, ...] = TOPIC_SLUGS[:6]
LABELS: dict[str, str] = {topic.slug: topic.label for topic in TOPICS}
