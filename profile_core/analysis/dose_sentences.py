"""What a dose-response comes to, in words that are true whatever the data."""

from __future__ import annotations

from profile_core.analysis.dose_response import Curve, Dose, DoseResponse, Share
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.text import numbers
from profile_core.types import Factor, FactorKind, Setting

_LISTED = 6
_FINE = (FactorKind.RATIO, FactorKind.NUMBER)


def amount(dose: Dose, factor: Factor) -> str:
    """Write a bin's range: `7 to 16`, or one number where all its differences are the same."""
    whole = float(dose.low).is_integer() and float(dose.high).is_integer()
    places = 2 if factor.kind in _FINE else 1
    low, high = (
        numbers.count(int(value)) if whole else numbers.decimal(value, places)
        for value in (dose.low, dose.high)
    )
    return low if low == high else f"{low} to {high}"


def measured(factor: Factor) -> str:
    """Name what a difference is of, with its unit where the name does not say it."""
    title = numbers.inline(factor.title)
    return f"{title}, {factor.unit}" if factor.unit not in ("", title) else title


def finding(found: DoseResponse, factor: Factor) -> str:
    """Say source by source how often more is preferred at the smallest and largest differences."""
    title = numbers.inline(factor.title)
    telling = [curve for curve in found.curves if any(map(_is_enough, curve.shares))]
    curves = telling[:_LISTED]
    if not curves:
        return f"There are too few prompts to tell how {title} is preferred."
    if len(found.doses) < 2:
        one = [f"{_who(c)}, {_percent(c.shares[0].share)}" for c in curves]
        return f"How often the response with more {title} is preferred: {'; '.join(one)}."
    least, most = (amount(found.doses[k], factor) for k in (0, -1))
    unit = f" {factor.unit}" if factor.unit else ""
    said = "; ".join(_ends(curve, len(found.doses)) for curve in curves)
    more = len(telling) - len(curves)
    rest = f"; {more} more in the table" if more else ""
    return (
        f"How often the response with more {title} is preferred, where the difference is smallest "
        f"({least}{unit}) and where it is largest ({most}{unit}): {said}{rest}."
    )


def _ends(curve: Curve, doses: int) -> str:
    shares = {share.dose: share.share for share in curve.shares if _is_enough(share)}
    first, last = (_percent(shares.get(k)) for k in (0, doses - 1))
    return f"{_who(curve)}, {first} and {last}"


def _is_enough(share: Share) -> bool:
    return share.prompts >= MIN_PROMPTS


def _percent(share: float | None) -> str:
    """Write a share so that its figure and its sign stay on one line."""
    return numbers.NONE if share is None else numbers.percent(share).replace(" ", "\u00a0")


def _who(curve: Curve) -> str:
    return f"{curve.source} as a writer" if curve.setting is Setting.GENERATION else curve.source
