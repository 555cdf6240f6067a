"""How numbers and progress are written for people."""

from __future__ import annotations

import re

from profile_core.cli.output import chance, decimals, interval
from profile_core.cli.progress import duration, line
from profile_core.jobs import Progress


def test_numbers_are_written_for_reading() -> None:
    assert interval(-0.347, -0.451, 0.2) == "−0.35 [−0.45, 0.20]"
    assert interval(0.3456, 0.2401, 0.451) == "0.35 [0.24, 0.45]"
    assert interval(0.5, None, None) == "0.50"
    assert decimals(-0.001) == "0.00"
    assert decimals(None) == "–"
    assert chance(0.0) == chance(0.0009) == "< 0.001"
    assert chance(0.0123) == "0.012"


def test_progress_says_how_far_it_is_and_how_long_it_takes() -> None:
    progress = Progress()
    progress.start("measuring", 10)
    assert line(progress).endswith(" 0 of 10")
    progress.started -= 5
    progress.advance(5)
    assert re.search(r"measuring █{12}░{12} 5 of 10, 5 s left", line(progress))
    assert [duration(seconds) for seconds in (0.2, 200, 7500)] == ["1 s", "3 min 20 s", "2 h 5 min"]
