"""The report: three Markdown tables and the figures as plain data."""

from __future__ import annotations

from typing import Any

LABELS = {
    "like_post": "like", "follow": "follow", "repost": "repost", "create_comment": "comment", "refresh": "refresh",
}  # fmt: skip


def ratio(theirs: float, ours: float) -> str:
    """Return theirs / ours as people read it: two digits that count, whole numbers above ten."""
    times = theirs / ours
    if times >= 100:
        digits = len(str(int(times))) - 2
        return f"{round(times, -digits):,.0f}×"
    return f"{times:.0f}×" if times >= 10 else f"{times:.1f}×" if times >= 1 else f"{times:.2g}×"


def duration(seconds: float) -> str:
    """Return seconds in the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:,.3g} {unit}" if seconds < 1000 * size else f"{seconds / size:,.0f} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def actions_table(rows: list[dict[str, Any]]) -> str:
    """Return cost per action: OASIS's handler against four ways of ours."""
    lines = [
        "| users | action | OASIS | ours, step committed | ratio | ours, in memory | ratio "
        "| ours, one action per call, in memory | ratio | ours, one action per committed step | ratio |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = [f"{row['users']:,}", LABELS[row["action"]], duration(row["oasis"] * 1e-6)]
        for variant in ("step_batch", "door_batch", "door_one", "step_one"):
            cells += [duration(row[variant] * 1e-6), ratio(row["oasis"], row[variant])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def steps_table(rows: list[dict[str, Any]]) -> str:
    """Return seconds per step."""
    lines = [
        "| users | acting | OASIS `env.step` | ours, step committed | ratio | ours, in memory | ratio | rounds |",
        "|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        theirs = duration(row["oasis"]) + (" (extrapolated)" if row["extrapolated"] else "")
        cells = [f"{row['users']:,}", f"{row['acting']:,}", theirs]
        for variant in ("ours", "ours_in_memory"):
            cells += [duration(row[variant]), ratio(row["oasis"], row[variant])]
        lines.append("| " + " | ".join([*cells, str(row["rounds"])]) + " |")
    return "\n".join(lines)


def updates_table(rows: list[dict[str, Any]]) -> str:
    """Return seconds per recommender update."""
    lines = ["| users | recommender | OASIS | ours | ratio | ours, first update |", "|---:|---|---:|---:|---:|---:|"]
    for row in rows:
        if not row["rounds"]:
            lines.append(f"| {row['users']:,} | {row['recommender']} | not run at this size | | | |")
            continue
        cells = [f"{row['users']:,}", row["recommender"], duration(row["oasis"]), duration(row["ours"])]
        lines.append("| " + " | ".join([*cells, ratio(row["oasis"], row["ours"]), duration(row["ours_first"])]) + " |")
    return "\n".join(lines)


TABLES = {"actions": actions_table, "steps": steps_table, "updates": updates_table}
TITLES = {
    "actions": "Cost per action",
    "steps": "A step in which every acting user does one thing",
    "updates": "A recommender update: new lists for all users",
}


def report(found: dict[str, list[dict[str, Any]]]) -> str:
    """Return the whole report; a part that was not measured is left out."""
    return "\n\n".join(f"{TITLES[name]}\n\n{TABLES[name](rows)}" for name, rows in found.items() if rows)
