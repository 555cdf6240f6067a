"""Numbers and titles within sentences: one way to write each kind, wherever it stands.

Two decimals, a true minus sign, never a p of 0.000, and a dash where there is no number.
"""

from __future__ import annotations

import math

NONE = "–"


def decimal(value: float | None, places: int = 2, *, signed: bool = False) -> str:
    """Write `0.35` or `−0.12`; with `signed` also `+0.35`."""
    if _is_absent(value):
        return NONE
    text = f"{value:{'+' if signed else ''}.{places}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")
    return text.replace("-", "−")


def with_interval(
    value: float | None, low: float | None, high: float | None, places: int = 2
) -> str:
    """Write `0.35 [0.24, 0.45]`; without bounds the value alone."""
    if _is_absent(value) or _is_absent(low) or _is_absent(high):
        return decimal(value, places)
    return f"{decimal(value, places)} [{decimal(low, places)}, {decimal(high, places)}]"


def probability(value: float | None) -> str:
    """Write a p or q: `0.032`, `< 0.001`, never `0.000`."""
    if value is None or math.isnan(value):
        return NONE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def count(value: int | None) -> str:
    """Write `12,345`."""
    return NONE if value is None else f"{value:,}".replace("-", "−")


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Write `1 pair` or `12,345 pairs`."""
    return f"{count(value)} {singular if value == 1 else plural or singular + 's'}"


def percent(part: float, whole: float = 1.0) -> str:
    """Write a share without decimals; `< 1 %` and `> 99 %` rather than a false 0 or 100."""
    if not whole:
        return NONE
    share = 100 * part / whole
    if 0 < share < 1:
        return "< 1 %"
    if 99 < share < 100:
        return "> 99 %"
    return f"{share:.0f} %"


def duration(seconds: float) -> str:
    """Write `8 s`, `2 min 10 s` or `1 h 5 min`."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(round(whole / 60), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def size(bytes_: int) -> str:
    """Write `950 kB`, `12 MB` or `1.4 GB`."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if bytes_ >= scale:
            return (
                f"{bytes_ / scale:.1f} {unit}"
                if bytes_ < 10 * scale
                else f"{bytes_ / scale:.0f} {unit}"
            )
    return f"{max(round(bytes_ / 1e3), 1)} kB"


def listed(names: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Write `a`, `a and b`, or `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def inline(title: str) -> str:
    """Write a title for the middle of a sentence: `Length` as `length`, but `SummEval` as it is."""
    first, space, rest = title.partition(" ")
    return (first.lower() if first.istitle() else first) + space + rest


def _is_absent(value: float | None) -> bool:
    return value is None or math.isnan(value)
