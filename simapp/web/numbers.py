"""Numbers as people read them: thin spaces between thousands, three digits where they move, times as m:ss."""

from __future__ import annotations

import re

THIN = "\u202f"
_LONG = re.compile(r"(?<![\d.])\d{4,}(?![\d.]*\.\d)")


def thousands(number: int) -> str:
    """Return 12345 as "12 345" with narrow no-break spaces."""
    return f"{number:,}".replace(",", THIN)


def spaced(text: str) -> str:
    """Return a text whose whole numbers of four digits and more are written like `thousands`."""
    return _LONG.sub(lambda found: thousands(int(found[0])), text)


def three_digits(value: float) -> str:
    """Return a value with three significant digits, whole above 1000, a real minus sign below zero."""
    text = thousands(round(value)) if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "\u2212")


def decimals(value: float, places: int) -> str:
    """Return a value with so many decimals, for a column in which points stand under each other; a real minus sign."""
    text = f"{value:.{places}f}"
    return ("0." + "0" * places if float(text) == 0 else text).replace("-", "\u2212")


def clock_time(seconds: float) -> str:
    """Return a duration as m:ss or h:mm:ss; more than four days as days."""
    whole = round(seconds)
    if whole >= 4 * 86400:
        return f"{whole // 86400} days"
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def size_in_words(size: int) -> str:
    """Return a number of bytes as B, kB, MB or GB (powers of 1000)."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


def simulated_span(minutes: int) -> str:
    """Return simulated minutes in the largest unit that fits: minutes, hours or days."""
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.3g} hours"
    return f"{minutes / 1440:.3g} days"
