"""What else a scenario moves: nearness to the reference, agreement with it, and win rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from profile_core.analysis.headline import Headline
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.reference import reference
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.what_if import what_if
from profile_core.analysis.what_if_rows import AlignmentRow, Side, WhatIf, WinRate
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import frame, tables, what_if_links
from profile_core.ui.what_if_state import key

Row = TypeVar("Row", AlignmentRow, WinRate)

_RAW = "Spearman over the factors both have; noise pulls it to 0, shared pairs push it up"
_ALIGNED = (
    tables.Column("Source"),
    tables.Column("Setting"),
    tables.Column(
        "Distance: baseline", is_number=True, help="Debiased, in units of τ: 0 is the same taste"
    ),
    tables.Column("scenario", is_number=True, help="Debiased distance in the scenario"),
    tables.Column(
        "Factors", is_number=True, help="What the distances are over: baseline, scenario"
    ),
    tables.Column("Raw ρ", is_number=True, help=f"Baseline, scenario. {_RAW}"),
    tables.Column(
        "Agreement: baseline", is_number=True, help="Same choice, where both decided strictly"
    ),
    tables.Column("scenario", is_number=True, help="Agreement in the scenario"),
    tables.Column("Pairs: baseline", is_number=True),
    tables.Column("scenario", is_number=True),
)
_OTHER_FACTORS = (
    "Where the number of factors changes, the two distances are over different factors and not to "
    "be subtracted."
)
_AS_MADE = "count choices as they were made: what a model holds equal does not change them."
_WON = (
    tables.Column("Generator"),
    tables.Column("Win rate: baseline", is_number=True, help="Ties count half"),
    tables.Column("scenario", is_number=True, help="Win rate in the scenario"),
    tables.Column(
        "At equal length: baseline",
        is_number=True,
        help="The same with length held equal by a model (arXiv 2404.04475)",
    ),
    tables.Column("scenario", is_number=True, help="At equal length, in the scenario"),
    tables.Column("Pairs: baseline", is_number=True, help="Against others, decided or tied"),
    tables.Column("scenario", is_number=True),
)


def draw(planes: StudyPlanes, scenario: Scenario, baseline: Scenario) -> WhatIf:
    """Draw both tables, and give the whole; what the influences took is not computed again."""
    found = what_if(planes.study, scenario, baseline=baseline)
    _alignment(planes, found.baseline, found.result)
    _win_rates(planes, found.baseline, found.result)
    return found


def _alignment(planes: StudyPlanes, before: Side, after: Side) -> None:
    rows = _together(before.alignment, after.alignment)
    if not rows:
        return
    frame.section(
        "Nearness to the reference",
        "How far each source’s taste is from the reference’s, and how often they choose alike.",
    )
    frame.note(Headline(reference(planes, after.reference), ()).reference_sentence)
    tables.table(
        _ALIGNED,
        [_aligned(planes, before, after, old, new) for old, new in rows],
        caption="95 % intervals in brackets. Every count opens its pairs.",
    )
    if any(old and new and old.factors != new.factors for old, new in rows):
        frame.note(_OTHER_FACTORS)
    if _is_modelled(before, after):
        frame.note(f"Agreements {_AS_MADE}")


def _is_modelled(before: Side, after: Side) -> bool:
    return bool(before.scenario.modelled or after.scenario.modelled)


def _aligned(
    planes: StudyPlanes,
    before: Side,
    after: Side,
    old: AlignmentRow | None,
    new: AlignmentRow | None,
) -> list[tables.Cell]:
    one = new or old
    assert one is not None
    rank = [numbers.decimal(row.spearman if row else None) for row in (old, new)]
    return [
        one.source,
        str(one.setting),
        *(_distance(row) for row in (old, new)),
        " → ".join(dict.fromkeys(numbers.count(row.factors) for row in (old, new) if row)),
        " → ".join(dict.fromkeys(rank)),
        *(_agreement(row) for row in (old, new)),
        *(
            _count(row.pairs, what_if_links.compared(side, row, planes))
            if row and row.setting is Setting.EVALUATION
            else numbers.NONE
            for side, row in ((before, old), (after, new))
        ),
    ]


def _win_rates(planes: StudyPlanes, before: Side, after: Side) -> None:
    rows = _together(before.win_rates, after.win_rates)
    if not rows:
        return
    frame.section(
        "Win rates",
        "How often a generator’s response is preferred to another’s, and how often it would be if "
        "both were equally long.",
    )
    sources = sorted(
        dict.fromkeys(row.source for pair in rows for row in pair if row),
        key=lambda name: name != after.reference,
    )
    seen = st.selectbox("As seen by", sources, key=key("seen"), bind="query-params", width=320)
    own = [pair for pair in rows if any(row and row.source == seen for row in pair)]
    tables.table(
        _WON,
        [_won(planes, before, after, *pair) for pair in own],
        caption="95 % intervals in brackets. Every count opens its pairs.",
    )
    notes = {row.note for pair in own for row in pair if row and row.note}
    if notes:
        frame.note(f"{'; '.join(sorted(notes))}.")
    if _is_modelled(before, after):
        frame.note(f"Win rates {_AS_MADE}")


def _won(
    planes: StudyPlanes, before: Side, after: Side, old: WinRate | None, new: WinRate | None
) -> list[tables.Cell]:
    one = new or old
    assert one is not None
    return [
        one.generator,
        *(_share(row, "rate") for row in (old, new)),
        *(_share(row, "controlled") for row in (old, new)),
        *(
            _count(row.pairs, what_if_links.won(side, row, planes)) if row else numbers.NONE
            for side, row in ((before, old), (after, new))
        ),
    ]


def _together(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """Set two sides' rows beside each other, in the baseline's order."""
    old: dict[tuple[str, str], Row] = {_name(row): row for row in before}
    new: dict[tuple[str, str], Row] = {_name(row): row for row in after}
    return [(old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]


def _name(row: AlignmentRow | WinRate) -> tuple[str, str]:
    if isinstance(row, WinRate):
        return row.source, row.generator
    return row.source, str(row.setting)


def _distance(row: AlignmentRow | None) -> str:
    if row is None or row.distance is None:
        return _missing(row)
    return numbers.with_interval(row.distance, row.distance_low, row.distance_high)


def _missing(row: AlignmentRow | None) -> str:
    return numbers.NONE if row is None else f"too few factors ({row.factors})"


def _agreement(row: AlignmentRow | None) -> str:
    """Write an agreement as the alignment page does, `0.76 [0.65, 0.86]`."""
    if row is None or row.agreement is None:
        return numbers.NONE
    if row.agreement_low is None:
        return f"too few ({numbers.counted(row.pairs, 'pair')})"
    return numbers.with_interval(row.agreement, row.agreement_low, row.agreement_high)


def _share(row: WinRate | None, field: str) -> str:
    """Write a share with its interval, `61 % [54, 68]`."""
    if row is None or (value := getattr(row, field)) is None:
        return numbers.NONE
    bound = "" if field == "rate" else f"{field}_"
    low, high = getattr(row, f"{bound}low"), getattr(row, f"{bound}high")
    bounds = f" [{100 * low:.0f}, {100 * high:.0f}]" if low is not None and high is not None else ""
    return f"{numbers.percent(value)}{bounds}"


def _count(pairs: int, params: dict[str, str]) -> tables.Cell:
    if not pairs:
        return numbers.count(0)
    return tables.Link(numbers.count(pairs), "browse", tuple(params.items()))
