"""The health view of the data page: what was looked for, how often it was found, its pairs."""

from __future__ import annotations

from collections.abc import Iterable

from profile_core.analysis.health import Check
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import cached, frame, tables

_COLUMNS = (
    tables.Column("What was looked for"),
    tables.Column("Found", is_number=True),
    tables.Column("Of", is_number=True),
    tables.Column("What it means"),
    tables.Column("Pairs"),
)


def draw(study: Study) -> None:
    """Draw the view."""
    checks = cached.health(study)
    found = [check for check in checks if check.found]
    if found:
        tables.table(
            _COLUMNS,
            [_row(check) for check in found],
            caption="Nothing was dropped or mended: what a finding means is for you to say.",
        )
    else:
        frame.state("Nothing was found that would need a look.")
    frame.note(_absent(check for check in checks if not check.found))


def _row(check: Check) -> list[tables.Cell]:
    return [
        check.title,
        numbers.count(check.found),
        numbers.counted(check.of, check.unit),
        check.means,
        _opens(check),
    ]


def _opens(check: Check) -> tables.Cell:
    if not check.where:
        return ""
    pairs = numbers.counted(check.pairs, "pair")
    label = f"open {pairs}" if check.opens_all else f"open the first of {pairs}"
    return tables.Link(label, "browse", (("where", check.where),))


def _absent(checks: Iterable[Check]) -> str:
    titles = [check.title[:1].lower() + check.title[1:] for check in checks]
    return f"Looked for and not found: {'; '.join(titles)}." if titles else ""
