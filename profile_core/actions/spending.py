"""Caps of a run: what may still be spent, with the worst case of every call under way set aside."""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.errors import ProfileError


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that a run may do; None is no cap."""

    cost: float | None = None
    """US dollars, over the whole run, what was spent before it was resumed included."""
    calls: int | None = None

    def __post_init__(self) -> None:
        if self.cost is not None and not self.cost >= 0:
            raise ProfileError("--max-cost must be 0 or more US dollars")
        if self.calls is not None and self.calls < 0:
            raise ProfileError("--max-calls must be 0 or more")


class Purse:
    """What a run has spent and set aside. For one thread."""

    def __init__(self, caps: Caps, spent: float = 0.0, calls: int = 0) -> None:
        self._caps = caps
        self._spent = spent
        self._aside = 0.0
        self._calls = calls
        self.refused: str | None = None
        """Which cap ended the run, in words; None while there is room."""

    def set_aside(self, most: float | None) -> bool:
        """Make room for one call that can cost `most`; tell whether there is any."""
        if self._caps.calls is not None and self._calls >= self._caps.calls:
            self.refused = f"stopped at the cap of {self._caps.calls:,} calls"
            return False
        if self._caps.cost is not None:
            needed = self._spent + self._aside + (most or 0.0)
            if needed > self._caps.cost:
                self.refused = (
                    f"stopped before the cap of ${self._caps.cost:.2f}: ${self._spent:.4f} were "
                    f"spent, and the next call could cost ${most or 0.0:.4f}"
                )
                return False
        self._calls += 1
        self._aside += most or 0.0
        return True

    def settle(self, most: float | None, cost: float | None) -> None:
        """Replace what was set aside by what a call cost; its worst case where nobody knows."""
        self._aside -= most or 0.0
        self._spent += (most or 0.0) if cost is None else cost
