"""What the influence page is made of: its numbers, kept; its choices; the marks of its charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from profile_core.analysis import shown, titles
from profile_core.analysis.influence import Influence, InfluenceRow
from profile_core.analysis.influence import influence as compute
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import Reference, reference
from profile_core.analysis.titles import Series
from profile_core.charts import Mark
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Factor, LabelSet, Setting, SourceKind, Variant
from profile_core.ui import filters, text


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view of the influence page draws, chosen from all rows."""

    found: Influence
    reference: Reference | None
    factors: dict[str, Factor]
    names: list[str]
    """The factors of the chart, from top to bottom."""
    sources: list[str]
    kinds: dict[tuple[Setting, str], SourceKind]

    @property
    def rows(self) -> list[InfluenceRow]:
        """The rows of the chart, factor by factor, source by source."""
        kept = [
            row
            for row in self.found.rows
            if row.source in self.sources and row.factor in self.names
        ]
        return sorted(
            kept,
            key=lambda row: (
                self.names.index(row.factor),
                self.sources.index(row.source),
                row.setting is not Setting.EVALUATION,
            ),
        )

    @property
    def series(self) -> list[Series]:
        """The rows of the chart by source and setting, in the order of its panels."""
        rows = self.rows
        keys = dict.fromkeys((row.setting, row.source) for row in rows)
        ordered = sorted(
            keys, key=lambda key: (self.sources.index(key[1]), key[0] is not Setting.EVALUATION)
        )
        return [
            Series(setting, source, self.kinds[setting, source], _of(rows, setting, source))
            for setting, source in ordered
        ]

    @property
    def reference_taus(self) -> dict[str, float]:
        """The reference's tau in evaluation, by the factor's title."""
        name = self.reference.source.name if self.reference else None
        return {
            self.factors[row.factor].title: row.tau
            for row in self.found.rows
            if row.source == name
            and row.setting is Setting.EVALUATION
            and row.factor in self.names
            and row.tau is not None
            and not titles.absence(row)
        }


def key(name: str) -> str:
    """Name one of the page's own widgets in its address."""
    return filters.parameter("influence", name)


def rows_of(
    study: Study,
    labels: LabelSet,
    where: str | None,
    variant: Variant,
    by: str | None = None,
    source: str | None = None,
    setting: Setting | None = None,
    *,
    blind_only: bool = False,
) -> Influence:
    """Influence, computed once for each state of the study and each question."""
    sources = (source,) if source else ()
    settings = (setting,) if setting else ()
    versions = study.versions()
    return _computed(
        study.key, versions, labels, where, variant, by, sources, settings, blind_only, study
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _computed(
    key: str,
    versions: Versions,
    labels: LabelSet,
    where: str | None,
    variant: Variant,
    by: str | None,
    sources: tuple[str, ...],
    settings: tuple[Setting, ...],
    blind_only: bool,
    _study: Study,
) -> Influence:
    return compute(
        _study,
        labels=labels,
        where=where,
        sources=sources,
        settings=settings,
        variant=variant,
        by=by,
        blind_only=blind_only,
    )


def choose(
    found: Influence, planes: StudyPlanes, sources: Sequence[str], factors: Sequence[str]
) -> Shown:
    """Choose what to draw: what was asked for, else what a reader is likely to want."""
    of_reference = reference(planes)
    lead = of_reference.source.name if of_reference else None
    entries = [entry.source for entry in planes.sources]
    names = list(factors) or shown.choose_factors(found.rows, planes.factors)
    kept = list(sources) or shown.choose_sources(entries, found.rows, of_reference)
    return Shown(
        found=found,
        reference=of_reference,
        factors={factor.name: factor for factor in planes.factors},
        names=shown.in_order(names, found.rows, lead if _has(found.rows, lead) else None),
        sources=kept,
        kinds={(entry.setting, entry.source.name): entry.source.kind for entry in planes.sources},
    )


def planes_of(study: Study, labels: LabelSet) -> StudyPlanes:
    """The study's planes, which are kept by themselves."""
    return load(study, labels)


def marks(
    rows: Iterable[InfluenceRow], factors: dict[str, Factor], colours: dict[str, str]
) -> list[Mark]:
    """Turn rows into a chart's marks."""
    return [
        Mark(
            factor=row.factor,
            title=factors[row.factor].title,
            source=row.source,
            setting=str(row.setting),
            group=row.group or "",
            tau=row.tau,
            low=row.low,
            high=row.high,
            is_told=titles.is_told(row),
            is_small=titles.is_small(row),
            absence=titles.absence(row),
            prompts=row.prompts,
            colour=colours[row.source],
            value=numbers.with_interval(row.tau, row.low, row.high),
            counts=counts_in_words(row),
            q=numbers.probability(row.q),
        )
        for row in rows
    ]


def counts_in_words(row: InfluenceRow) -> str:
    """Write what a row counted."""
    return (
        f"{numbers.count(row.concordant)} concordant, {numbers.count(row.discordant)} discordant, "
        f"{numbers.count(row.tied)} tied, of {numbers.counted(row.prompts, 'prompt')}"
    )


def _of(rows: Iterable[InfluenceRow], setting: Setting, source: str) -> tuple[InfluenceRow, ...]:
    return tuple(row for row in rows if row.setting is setting and row.source == source)


def _has(rows: Iterable[InfluenceRow], source: str | None) -> bool:
    return any(row.source == source for row in rows)


def series_name(series: Series) -> str:
    """Name a series in a list of choices."""
    return f"{series.source} · {series.setting}"


def answer(sentence: str) -> None:
    """Draw what a view says, as the sentence above it."""
    st.html(f'<div class="pf-finding"><p>{text.inline(sentence)}</p></div>')
