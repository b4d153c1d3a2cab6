"""The pages that people look at, one line each: tests walk them for accessibility and for hostile text.

(name of the address, query, who looks: of simapp.web.rights.WHO). A new page is one more line.
"""

from __future__ import annotations

PAGES: tuple[tuple[str, str, str], ...] = (
    ("sign-in", "", "anonymous"),
    ("invitation", "", "anonymous"),
    ("run:page", "", "share link"),
    ("runs", "", "staff"),
    ("run:page", "", "staff"),
    ("run:page", "?tab=feed", "staff"),
    ("run:page", "?tab=health", "staff"),
    ("run:metric", "", "staff"),
    ("run:interviews", "", "staff"),
    ("run:decisions", "", "staff"),
    ("run:decision", "", "staff"),
    ("run:feed-view", "", "staff"),
    ("run:feed-view", "?as=1", "staff"),
    ("run:network", "", "staff"),
    ("run:cohorts", "", "staff"),
    ("run:cohort", "", "staff"),
    ("run:cascades", "", "staff"),
    ("run:users", "", "staff"),
    ("run:user", "", "staff"),
    ("run:interventions", "", "staff"),
    ("compare", "", "staff"),
    ("experiments", "", "staff"),
    ("new-experiment", "", "staff"),
    ("experiment", "", "staff"),
    ("scenarios", "", "staff"),
    ("scenario-versions", "", "staff"),
    ("scenario-diff", "", "staff"),
    ("scenario", "", "staff"),
    ("scenario", "?tab=yaml", "staff"),
    ("endpoints", "", "staff"),
    ("endpoint", "", "staff"),
    ("catalogue", "", "staff"),
    ("reply-files", "", "researcher, own"),
    ("exports", "", "staff"),
    ("export-page", "", "staff"),
    ("members", "", "staff"),
)
