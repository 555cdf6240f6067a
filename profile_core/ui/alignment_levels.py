"""Whether score levels are real: do those who judge see a difference between them?"""

from __future__ import annotations

from collections.abc import Sequence

from profile_core.analysis.alignment import Basis, LevelCheck, LevelShare, LevelTau
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import alignment_files, alignment_pairs, frame, influence_view, tables
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter

_WHAT = (
    "A generator was asked for responses of levels 1 to 5. Only if others prefer the higher level "
    "does generation show a taste, not an accident."
)
_SHARES = (
    tables.Column("Judged by"),
    tables.Column("Levels apart", is_number=True, help="Higher level minus lower"),
    tables.Column("Higher preferred [95\u00a0%]", is_number=True, help="50 %: no difference"),
    tables.Column("p", is_number=True, help="Two-sided, against one half"),
    tables.Column("Choices", is_number=True),
    tables.Column("Pairs", is_number=True),
    tables.Column("Prompts", is_number=True),
    tables.Column("Note"),
)
_TAUS = (
    tables.Column("Rated factor"),
    tables.Column("τ against level [95\u00a0%]", is_number=True),
    tables.Column("q", is_number=True, help="Benjamini-Hochberg over the rated factors"),
    tables.Column("Pairs", is_number=True),
    tables.Column("Prompts", is_number=True),
    tables.Column("Note"),
)


def draw(shown: Shown, chosen: Filter) -> None:
    """Draw the check of the chosen model's levels."""
    generator = shown.source_of(Setting.GENERATION)
    check = next((item for item in shown.found.manipulation if item.generator == generator), None)
    if check is None:
        return
    frame.section("Are its score levels real?", _WHAT)
    influence_view.answer(check.sentence)
    if check.rated and check.basis is Basis.RATED:
        _taus(check, shown, chosen)
    if check.shares:
        _shares(check.shares, chosen)
    alignment_files.offer("levels", None, _values(check))


def _shares(shares: Sequence[LevelShare], chosen: Filter) -> None:
    tables.table(
        _SHARES,
        [
            [
                row.source or "all together",
                "any" if row.level_distance is None else numbers.count(row.level_distance),
                _percent(row),
                numbers.probability(row.p),
                numbers.count(row.choices),
                alignment_pairs.count(row.pairs, row.where, chosen),
                numbers.count(row.prompts),
                row.note,
            ]
            for row in shares
        ],
        caption="How often the response of the higher level was preferred. Every count of pairs "
        "opens them.",
    )


def _percent(row: LevelShare) -> str:
    if row.share is None:
        return numbers.NONE
    said = numbers.percent(row.share)
    if row.low is None or row.high is None:
        return said
    return f"{said} [{numbers.percent(row.low)}, {numbers.percent(row.high)}]"


def _taus(check: LevelCheck, shown: Shown, chosen: Filter) -> None:
    tables.table(
        _TAUS,
        [
            [
                shown.factors[row.factor].title,
                _tau(row, check.generator, shown, chosen),
                numbers.probability(row.q),
                numbers.count(row.pairs),
                numbers.count(row.prompts),
                row.note,
            ]
            for row in check.rated
        ],
        caption="In want of choices: rated factors against the level. Every τ opens the pairs that "
        "make its sign.",
    )


def _tau(row: LevelTau, generator: str, shown: Shown, chosen: Filter) -> tables.Cell:
    found = shown.influence(Setting.GENERATION, generator, row.factor)
    if found is None:
        return numbers.with_interval(row.tau, row.low, row.high)
    return alignment_pairs.tau(found, chosen)


def _values(check: LevelCheck) -> list[dict[str, object]]:
    shares: list[dict[str, object]] = [
        {
            "generator": check.generator,
            "source": row.source,
            "level_distance": row.level_distance,
            "factor": None,
            "share": row.share,
            "tau": None,
            "low": row.low,
            "high": row.high,
            "p": row.p,
            "pairs": row.pairs,
            "prompts": row.prompts,
        }
        for row in check.shares
    ]
    rated: list[dict[str, object]] = [
        {
            "generator": check.generator,
            "source": None,
            "level_distance": None,
            "factor": row.factor,
            "share": None,
            "tau": row.tau,
            "low": row.low,
            "high": row.high,
            "p": row.p,
            "pairs": row.pairs,
            "prompts": row.prompts,
        }
        for row in check.rated
    ]
    return [*shares, *rated]
