"""The small chart of a gallery card: a scenario's figure over its steps, its control's behind it; an SVG file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT, PAD = 320.0, 96.0, 6.0
MOST = 160  # points of a line
# A file that is shown as an image knows nothing of the page's colours: these two can be told apart on both papers.
SCENARIO, CONTROL = "#1F86C9", "#8A948E"


def draw(scenario: Sequence[float | None], control: Sequence[float | None]) -> str:
    """Return the file's text: both lines on one scale that begins at the lowest value or zero, gaps left open."""
    lines = [_thinned(scenario), _thinned(control)]
    values = [value for line in lines for _, value in line if value is not None]
    low, high = min(0.0, *values), max(values)
    drawn = [_path(line, low, high) for line in lines]
    base = HEIGHT - PAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" fill="none" '
        'stroke-linejoin="round" stroke-linecap="round">'
        f'<path d="M0 {base:g}H{WIDTH:g}" stroke="{CONTROL}" stroke-opacity="0.4"/>'
        f'<path d="{drawn[1]}" stroke="{CONTROL}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        f'<path d="{drawn[0]}" stroke="{SCENARIO}" stroke-width="2"/></svg>\n'
    )


def _thinned(series: Sequence[float | None]) -> list[tuple[float, float | None]]:
    """Return (x in 0 .. 1, value): means of neighbours where there are more than can be drawn."""
    size = -(-len(series) // MOST)
    last = max(len(series) - 1, 1)
    points: list[tuple[float, float | None]] = []
    for at in range(0, len(series), size):
        held = [value for value in series[at : at + size] if value is not None]
        middle = at + (min(size, len(series) - at) - 1) / 2
        points.append((middle / last, sum(held) / len(held) if held else None))
    return points


def _path(line: list[tuple[float, float | None]], low: float, high: float) -> str:
    scale = (HEIGHT - 2 * PAD) / (high - low) if high > low else 0.0
    parts, pen_down = [], False
    for x, value in line:
        if value is None:
            pen_down = False
            continue
        y = HEIGHT - PAD - (value - low) * scale
        parts.append(f"{'L' if pen_down else 'M'}{x * WIDTH:.1f} {y:.1f}")
        pen_down = True
    return "".join(parts)
