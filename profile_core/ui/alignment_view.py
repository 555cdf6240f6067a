"""What the alignment page is made of: its numbers, kept; its models; the rows of its charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from profile_core.analysis import shown as choosing
from profile_core.analysis import titles
from profile_core.analysis.alignment import Alignment, AlignmentRow, FactorRow, GapRow
from profile_core.analysis.alignment import alignment as compute
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.charts import Difference, Mark
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Factor, LabelSet, Setting, Variant
from profile_core.ui import influence_view, looks
from profile_core.ui.filters import Filter

LARGEST = 14
"""As many differences as a chart holds and stays readable."""
_Key = tuple[Setting, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the views of the alignment page draw, chosen from all rows."""

    found: Alignment
    planes: StudyPlanes
    factors: dict[str, Factor]
    influences: dict[_Key, InfluenceRow]
    """By setting, source and factor, under the same filter and labels."""
    model: str
    names: list[str]
    """The factors that were asked for; empty for those a reader is likely to want."""

    @property
    def reference_name(self) -> str:
        """The reference's name; empty where there is none."""
        return self.found.reference.source.name if self.found.reference else ""

    @property
    def reference_sentence(self) -> str:
        """Name the reference in a caption, and say so where it stands in for people."""
        is_stand_in = bool(self.found.reference and self.found.reference.is_stand_in)
        what = ", a stand-in: a model, not people" if is_stand_in else ""
        return f"Reference: {self.reference_name}{what}."

    @property
    def of_model(self) -> list[AlignmentRow]:
        """The chosen model's rows: evaluation first, then generation; the most pairs first."""
        own = [row for row in self.found.rows if model_of(row) == self.model]
        return sorted(own, key=lambda row: (row.setting is not Setting.EVALUATION, -row.pairs))

    def source_of(self, setting: Setting) -> str | None:
        """Name the source by which the model is seen in a setting."""
        gap = next(iter(self.gaps), None)
        if gap:
            return gap.evaluation if setting is Setting.EVALUATION else gap.generation
        return next((row.source for row in self.of_model if row.setting is setting), None)

    @property
    def gaps(self) -> list[GapRow]:
        """The chosen model's gaps, factor by factor, the largest first."""
        own = [row for row in self.found.gaps if row.model == self.model]
        return sorted(own, key=lambda row: -abs(row.difference or 0.0))

    def differences(self, source: str, setting: Setting) -> list[FactorRow]:
        """One source's differences from the reference, the largest first, absent ones last."""
        own = [
            row
            for row in self.found.factors
            if row.source == source
            and row.setting is setting
            and (not self.names or row.factor in self.names)
        ]
        return sorted(own, key=lambda row: (row.low is None, -abs(row.difference or 0.0)))

    def influence(self, setting: Setting, source: str | None, factor: str) -> InfluenceRow | None:
        """One influence behind a difference."""
        return self.influences.get((setting, source, factor)) if source else None

    def of_reference(self, factor: str) -> InfluenceRow | None:
        """The reference's influence."""
        return self.influence(Setting.EVALUATION, self.reference_name, factor)


def model_of(row: AlignmentRow) -> str:
    """Name what a row is of: its model, or a source without one."""
    return row.model or row.source


def models(found: Alignment) -> list[str]:
    """List who is compared: models before people, those of both settings first, then by pairs."""
    settings: dict[str, set[Setting]] = {}
    pairs: dict[str, int] = {}
    people: set[str] = set()
    for row in found.rows:
        name = model_of(row)
        settings.setdefault(name, set()).add(row.setting)
        pairs[name] = max(pairs.get(name, 0), row.pairs)
        if row.model is None:
            people.add(name)
    return sorted(
        settings, key=lambda name: (name in people, -len(settings[name]), -pairs[name], name)
    )


def main_sources(found: Alignment) -> set[tuple[Setting, str]]:
    """Name one source a model and setting: of several, the one with the most pairs."""
    pairs: dict[tuple[Setting, str], int] = {}
    model_names: dict[tuple[Setting, str], str] = {}
    for row in found.rows:
        place = (row.setting, row.source)
        pairs[place] = pairs.get(place, 0) + row.pairs
        model_names[place] = model_of(row)
    main: dict[tuple[Setting, str], tuple[Setting, str]] = {}
    for place in sorted(pairs, key=lambda place: (pairs[place], place[1])):
        main[place[0], model_names[place]] = place
    return set(main.values())


def in_order(found: Alignment) -> list[AlignmentRow]:
    """The rows model by model, evaluation before generation."""
    place = {name: number for number, name in enumerate(models(found))}
    return sorted(
        found.rows,
        key=lambda row: (place[model_of(row)], row.setting is not Setting.EVALUATION, row.source),
    )


def alignment_of(
    study: Study, chosen: Filter, reference: str | None, by: str | None = None
) -> Alignment:
    """Alignment, computed once for each state of the study and each question."""
    return _computed(study.key, study.versions(), reference, chosen.where, chosen.labels, by, study)


@st.cache_resource(max_entries=32, show_spinner=False)
def _computed(
    key: str,
    versions: Versions,
    reference: str | None,
    where: str | None,
    labels: LabelSet,
    by: str | None,
    _study: Study,
) -> Alignment:
    return compute(_study, reference=reference, where=where, labels=labels, by=by)


def choose(
    found: Alignment, planes: StudyPlanes, chosen: Filter, model: str, factors: Sequence[str]
) -> Shown:
    """Choose what to draw."""
    rows = influence_view.rows_of(planes.study, chosen.labels, chosen.where, Variant.TAU14).rows
    return Shown(
        found=found,
        planes=planes,
        factors={factor.name: factor for factor in planes.factors},
        influences={(row.setting, row.source, row.factor): row for row in rows},
        model=model,
        names=list(factors),
    )


def factors_of_slopes(shown: Shown) -> list[str]:
    """Choose factors as the influence page does, in the reference's order."""
    lead = shown.reference_name
    sources = {lead, *(row.source for row in shown.of_model)}
    rows = [row for row in shown.influences.values() if row.source in sources]
    names = shown.names or choosing.choose_factors(rows, shown.planes.factors)
    return choosing.in_order(names, rows, lead)


def mark(row: InfluenceRow, shown: Shown, colours: dict[str, str]) -> Mark:
    """Turn an influence into a chart's mark."""
    (found,) = influence_view.marks([row], shown.factors, colours)
    return found


def differences(
    rows: Iterable[FactorRow], shown: Shown, is_dark: bool | None = None
) -> list[Difference]:
    """Turn differences into the rows of their charts, with the intervals of both sides."""
    colours = looks.colours(shown.planes.sources, is_dark)
    return [_difference(row, shown, colours[row.source]) for row in rows]


def absence(row: FactorRow, shown: Shown) -> str:
    """Say in a few words why a difference is not worth showing; empty where it is."""
    sides = (shown.influence(row.setting, row.source, row.factor), shown.of_reference(row.factor))
    for side, whose in zip(sides, ("", "reference: "), strict=True):
        if side is None:
            return f"{whose}no values"
        if said := titles.absence(side):
            return f"{whose}{said}"
    return "" if row.difference is not None else "no estimate"


def is_small(row: FactorRow, shown: Shown) -> bool:
    """Tell whether either side rests on few prompts."""
    sides = (shown.influence(row.setting, row.source, row.factor), shown.of_reference(row.factor))
    return any(side is not None and titles.is_small(side) for side in sides)


def with_sign(value: float | None, low: float | None, high: float | None) -> str:
    """Write a difference with its sign and interval."""
    said = numbers.decimal(value, signed=True)
    if low is None or high is None:
        return said
    return f"{said} [{numbers.decimal(low, signed=True)}, {numbers.decimal(high, signed=True)}]"


def _difference(row: FactorRow, shown: Shown, colour: str) -> Difference:
    own = shown.influence(row.setting, row.source, row.factor)
    reference = shown.of_reference(row.factor)
    return Difference(
        factor=row.factor,
        title=shown.factors[row.factor].title,
        source=row.source,
        setting=str(row.setting),
        group=row.group or "",
        tau=row.tau,
        tau_low=own.low if own else None,
        tau_high=own.high if own else None,
        reference=row.reference_tau,
        reference_low=reference.low if reference else None,
        reference_high=reference.high if reference else None,
        difference=row.difference,
        low=row.low,
        high=row.high,
        is_told=row.is_told,
        is_small=is_small(row, shown),
        absence=absence(row, shown),
        colour=colour,
        value=with_sign(row.difference, row.low, row.high),
        taus=(
            f"{numbers.decimal(row.tau)} against the reference’s "
            f"{numbers.decimal(row.reference_tau)}"
        ),
        q=numbers.probability(row.q),
    )
