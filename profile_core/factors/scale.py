"""Which numbers a factor's value may be: the scale that its kind stands for."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from profile_core.types import FactorKind


@dataclass(frozen=True, slots=True)
class Scale:
    """The values of one kind of factor: numbers from low to high, whole ones only or any."""

    low: float
    high: float
    is_whole: bool

    def has(self, value: float) -> bool:
        """Tell whether a number lies on the scale."""
        is_within = isfinite(value) and self.low <= value <= self.high
        return is_within and (not self.is_whole or float(value).is_integer())

    @property
    def points(self) -> tuple[int, ...]:
        """Every value of a scale that is short and whole, in order; none of any other."""
        if self.is_whole and isfinite(self.high):
            return tuple(range(int(self.low), int(self.high) + 1))
        return ()

    def __str__(self) -> str:
        """Say what is allowed, for messages: `a whole number from 1 to 5`."""
        what = "a whole number" if self.is_whole else "a number"
        if isfinite(self.high):
            return f"{what} from {self.low:g} to {self.high:g}"
        return f"{what}, at least {self.low:g}" if isfinite(self.low) else what


_SCALES = {
    FactorKind.BOOLEAN: Scale(0, 1, is_whole=True),
    FactorKind.ORDINAL_0_3: Scale(0, 3, is_whole=True),
    FactorKind.ORDINAL_1_5: Scale(1, 5, is_whole=True),
    FactorKind.COUNT: Scale(0, inf, is_whole=True),
    FactorKind.RATIO: Scale(0, 1, is_whole=False),
    FactorKind.NUMBER: Scale(-inf, inf, is_whole=False),
}


def scale_of(kind: FactorKind) -> Scale:
    """Give the scale of a kind of factor."""
    return _SCALES[kind]
