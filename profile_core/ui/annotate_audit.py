"""How far automatic values can be trusted, by what people made of them: a table with its pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from profile_core.analysis import conditions
from profile_core.analysis.browse import LabelState
from profile_core.annotation import audit as rows_of
from profile_core.annotation.audit import AuditRow, Split
from profile_core.store import labels
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Factor
from profile_core.ui import filters, frame, rating_words, router, tables
from profile_core.ui.annotate_agreement import VIEW

BY = filters.parameter("annotate", "by")
_SPLITS = {
    "factor": None,
    "extractor version": Split.EXTRACTOR_VERSION,
    "generator": Split.GENERATOR,
}
_WEIGHTED = (
    "Shares and means are weighted by one over a pair's probability of having been drawn, so that "
    "they speak of all pairs that could have been."
)


def draw(study: Study, annotator: str) -> None:
    """Draw the audit, split as asked, or say what is missing for one."""
    if not _rows(study.key, study.versions(), None, study):
        frame.empty(
            "Here automatic values are held against what people say of them.",
            "Nobody has labelled one yet: draw a queue of pairs and label them.",
        )
        router.link("annotate", "Draw a queue", {VIEW: "queues"})
        return
    split = st.segmented_control(
        "A row for each",
        list(_SPLITS),
        default="factor",
        required=True,
        key=BY,
        bind="query-params",
    )
    rows = _rows(study.key, study.versions(), _SPLITS[split], study)
    factors = labels.in_force(study).factors
    reviewed = sum(row.reviewed for row in rows)
    frame.state(f"{numbers.counted(reviewed, 'value')} with a label of a person that counts.")
    _values(rows, factors, split)
    if any(row.is_weighted for row in rows):
        frame.note(_WEIGHTED)
    _anchoring([row for row in rows if row.blind_reviewed], factors, split)


@st.cache_data(max_entries=8, show_spinner=False)
def _rows(key: str, versions: Versions, split: Split | None, _study: Study) -> tuple[AuditRow, ...]:
    return rows_of.audit(_study, by=split)


def _values(rows: Sequence[AuditRow], factors: Mapping[str, Factor], split: str) -> None:
    frame.section(
        "Automatic against human", "Do people say the same, and if not, which way do they differ?"
    )
    tables.table(
        [
            *_heads(split),
            tables.Column("Extractor"),
            tables.Column("Reviewed", is_number=True, help="Values with a label that counts"),
            tables.Column(
                "Accepted", is_number=True, help="Of those given in sight of the automatic value"
            ),
            tables.Column("Same", is_number=True, help="People have just the automatic value"),
            tables.Column("κ", is_number=True, help="Quadratic weights; 1 perfect, 0 chance"),
            tables.Column(
                "Bias", is_number=True, help="Automatic minus human, with a 95 % interval by prompt"
            ),
            tables.Column("Note"),
        ],
        [
            [
                _pairs(row, factors, split),
                *_group(row, split),
                row.extractor,
                numbers.count(row.reviewed),
                _share(row.acceptance),
                _share(row.exact),
                numbers.decimal(row.kappa),
                _signed(row.bias, row.bias_low, row.bias_high),
                _note(row),
            ]
            for row in rows
        ],
        caption=(
            "A positive bias: the extractor gives more than people do. "
            "A factor's name opens its labelled pairs."
        ),
    )


def _anchoring(rows: Sequence[AuditRow], factors: Mapping[str, Factor], split: str) -> None:
    frame.section(
        "Reviewed against blind", "Do people take the automatic value because they see it?"
    )
    if not rows:
        frame.empty(
            "Here labels given in sight of the automatic value are held against blind ones.",
            "Nobody has labelled blind yet: draw a queue in blind mode over the same factors.",
        )
        return
    tables.table(
        [
            *_heads(split),
            tables.Column("Blind labels", is_number=True),
            tables.Column("Same in review", is_number=True),
            tables.Column("Same blind", is_number=True),
            tables.Column(
                "Difference", is_number=True, help="Review minus blind, 95 % interval by prompt"
            ),
        ],
        [
            [
                _pairs(row, factors, split),
                *_group(row, split),
                numbers.count(row.blind_reviewed),
                _share(row.review_exact),
                _share(row.blind_exact),
                _signed(row.anchoring, row.anchoring_low, row.anchoring_high),
            ]
            for row in rows
        ],
        caption="Above 0, as a whole interval: people accept what they would not have given.",
    )


def _heads(split: str) -> list[tables.Column]:
    own = [] if _SPLITS[split] is None else [tables.Column(split.capitalize())]
    return [tables.Column("Factor"), *own]


def _group(row: AuditRow, split: str) -> list[tables.Cell]:
    return [] if _SPLITS[split] is None else [row.group or "unknown"]


def _share(share: float | None) -> str:
    return numbers.NONE if share is None else numbers.percent(share)


def _signed(value: float | None, low: float | None, high: float | None) -> str:
    middle = numbers.decimal(value, signed=True)
    if value is None or low is None or high is None:
        return middle
    return f"{middle} [{numbers.decimal(low, signed=True)}, {numbers.decimal(high, signed=True)}]"


def _pairs(row: AuditRow, factors: Mapping[str, Factor], split: str) -> tables.Link:
    """Name a factor, and lead to its labelled pairs; of a generator, those it has a side of."""
    params = [("factor", row.factor), ("labelled", str(LabelState.LABELLED))]
    if _SPLITS[split] is Split.GENERATOR and row.group is not None:
        sides = [conditions.equals(f"generator_{side}", row.group) for side in "ab"]
        params.append(("where", conditions.any_of(sides) or ""))
    title = factors[row.factor].title if row.factor in factors else row.factor
    return tables.Link(title, "browse", tuple(params))


def _note(row: AuditRow) -> str:
    unknown = f"{numbers.count(row.cannot_tell)} can't tell" if row.cannot_tell else ""
    return "; ".join(filter(None, [unknown, rating_words.carries(row.note, row.prompts)]))
