"""The verb report: a what-if as one HTML file that can be sent, printed, and read in ten years.

The file needs nothing beside itself: no network, no script. It says what was compared with what,
the numbers with their intervals, how they were made and by which versions. This module gathers;
`report.html.j2` lays out, and escapes whatever comes from data.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path

import jinja2
from markupsafe import Markup

import profile_core
from profile_core import charts
from profile_core.actions import what_if_figure
from profile_core.analysis import palette, scenario
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import reference as find_reference
from profile_core.analysis.what_if_rows import DifferenceRow, Side, WhatIf
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Factor

_NAMED_VERSIONS = ("duckdb", "numpy", "scipy")
_METHODS = (
    "Influence is τ₁₄: over pairs that a source decided, the share on which the preferred response "
    "has more of the factor, less the share on which it has less; pairs with the same amount of it "
    "count as neither (Oh et al., arXiv 2410.06965; Deutsch et al., arXiv 2305.14324).",
    "Intervals are 95 %, from the t distribution, and clustered by prompt; with fewer than five "
    "prompts there are none. p is two-sided; q is p corrected over the factors of a setting and "
    "source (Benjamini and Hochberg). A difference is the scenario's value less the baseline's, "
    "from the joint influence of each prompt on both.",
    "Matched: only pairs whose responses differ by at most the band, with whatever bias is left "
    "inside it. Modelled: a logistic model of each source's choices, with the differences of the "
    "factors held equal set to 0; its interval carries the uncertainty of the coefficients.",
    "The distance from the reference is the root of the mean squared difference of influences, "
    "freed of what noise adds; its interval follows from the joint covariance by prompt. Win rates "
    "with length held equal are those of Length-Controlled AlpacaEval (arXiv 2404.04475), without "
    "its penalty.",
)
_WIDTH = 860
_LOOK = charts.Look(
    paper=palette.PAPER.light,
    ink=palette.INK.light,
    soft=palette.SOFT.light,
    hair=palette.HAIR.light,
    negative=palette.NEGATIVE.light,
    positive=palette.POSITIVE.light,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the head of a report."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class _Figure:
    svg: Markup
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class _Table:
    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1
    """Columns from the left that are text; the others are numbers."""


def report(study: Study, found: WhatIf, heading: Heading, path: Path) -> None:
    """Write a what-if to an HTML file; nothing is left half-written.

    Raises ProfileError where the file cannot be written.
    """
    text = html(study, found, heading)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ProfileError(f"the report cannot be written to {path}: {error.strerror}") from error


def html(study: Study, found: WhatIf, heading: Heading) -> str:
    """Write a what-if as one HTML document."""
    planes = load(study)
    factors = {factor.name: factor for factor in planes.factors}
    versions = study.versions()
    return _template().render(
        heading=heading,
        sentence=found.sentence,
        warnings=found.warnings,
        facts=(
            ("Study", study.path.name),
            (
                "Its state",
                f"data version {versions.data}, correction {versions.corrections}",
            ),
            ("Baseline", _side(found.baseline)),
            ("Scenario", _side(found.result)),
            ("Reference", _reference(found)),
        ),
        definition=scenario.to_json(found.result.scenario),
        figures=_figures(found, factors, planes),
        tables=[table for table in _tables(found, factors) if table.rows],
        methods=_METHODS,
        extractors=_extractors(found),
        made=f"{datetime.now(UTC):%d %B %Y, %H:%M} UTC",
        version=profile_core.__version__,
        others=", ".join(
            [f"{name} {installed(name)}" for name in _NAMED_VERSIONS]
            + [f"Python {platform.python_version()}"]
        ),
    )


def _figures(
    found: WhatIf, factors: Mapping[str, Factor], planes: StudyPlanes
) -> tuple[_Figure, ...]:
    """Draw the chart as SVG, in which vl-convert escapes all text."""
    drawn = what_if_figure.panels(found, planes.sources, find_reference(planes))
    names = what_if_figure.rows(found, factors, drawn)
    if not drawn or not names:
        return ()
    chart = what_if_figure.figure(
        found, factors, planes.sources, _LOOK, is_dark=False, drawn=drawn, names=names, width=_WIDTH
    )
    sources = numbers.listed([f"{source} ({setting})" for setting, source in drawn])
    return (
        _Figure(
            Markup(charts.svg(chart)),
            what_if_figure.CAPTION,
            f"Influence of {numbers.counted(len(names), 'factor')} on {sources}, before and after",
        ),
    )


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("profile_core.actions", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _side(side: Side) -> str:
    kept = f"{numbers.count(side.pairs)} of {numbers.counted(side.all_pairs, 'pair')}"
    return (
        f"{scenario.in_words(side.scenario)} ({kept}, {numbers.counted(side.prompts, 'prompt')}; "
        f"{side.scenario.labels} labels, {side.scenario.variant})"
    )


def _reference(found: WhatIf) -> str:
    name = found.result.reference or found.baseline.reference
    if name is None:
        return "none: nobody has chosen between two responses"
    is_stand_in = found.result.reference_is_stand_in or found.baseline.reference_is_stand_in
    return f"{name}, a judge that stands in for people" if is_stand_in else name


def _extractors(found: WhatIf) -> tuple[tuple[str, str], ...]:
    """Whose values were used, by factor."""
    rows = (*found.baseline.rows, *found.result.rows)
    return tuple(sorted({(row.factor, row.extractor) for row in rows}))


def _tables(found: WhatIf, factors: Mapping[str, Factor]) -> Iterator[_Table]:
    yield _Table(
        "Influence of each factor, before and after",
        "τ is above 0 where the source prefers more of the factor. Differences are scenario minus "
        "baseline, paired by prompt.",
        ("Source", "Setting", "Factor", "Baseline", "Scenario", "Difference", "p", "q", "Prompts"),
        tuple(_difference(row, found, factors) for row in found.differences),
        texts=3,
    )
    yield _Table(
        "How near each source is to the reference",
        "Distance in units of τ, freed of what noise adds; ρ is the raw rank correlation, which "
        "noise pulls to 0 and shared pairs push up.",
        ("Source", "Setting", "Side", "Distance", "ρ", "Agreement", "Factors", "Pairs", "Prompts"),
        tuple(
            (
                row.source,
                str(row.setting),
                name,
                numbers.with_interval(row.distance, row.distance_low, row.distance_high),
                numbers.decimal(row.spearman),
                numbers.with_interval(row.agreement, row.agreement_low, row.agreement_high),
                numbers.count(row.factors),
                numbers.count(row.pairs),
                numbers.count(row.prompts),
            )
            for name, side in _sides(found)
            for row in side.alignment
        ),
        texts=3,
    )
    yield _Table(
        "Who wins",
        "Share of its pairs that each generator wins, ties counting half; beside it the same with "
        "length held equal.",
        ("Source", "Generator", "Side", "Win rate", "Length held equal", "Pairs", "Prompts"),
        tuple(
            (
                row.source,
                row.generator,
                name,
                numbers.with_interval(row.rate, row.low, row.high),
                numbers.with_interval(row.controlled, row.controlled_low, row.controlled_high),
                numbers.count(row.pairs),
                numbers.count(row.prompts),
            )
            for name, side in _sides(found)
            for row in side.win_rates
        ),
        texts=3,
    )
    yield _Table(
        "The models behind what is held equal",
        "One logistic model a source, on the factors named; its coefficients' uncertainty is in "
        "the intervals.",
        ("Source", "Setting", "Factors", "Pairs", "Incomplete", "Prompts", "Condition"),
        tuple(
            (
                row.source,
                str(row.setting),
                ", ".join(row.factors),
                numbers.count(row.pairs),
                numbers.count(row.incomplete),
                numbers.count(row.prompts),
                numbers.decimal(row.condition_number, 1),
            )
            for row in found.result.models
        ),
        texts=3,
    )


def _sides(found: WhatIf) -> tuple[tuple[str, Side], ...]:
    return (("baseline", found.baseline), ("scenario", found.result))


def _difference(
    row: DifferenceRow, found: WhatIf, factors: Mapping[str, Factor]
) -> tuple[str, ...]:
    return (
        row.source,
        str(row.setting),
        factors[row.factor].title if row.factor in factors else row.factor,
        _tau(found.baseline, row),
        _tau(found.result, row),
        what_if_figure.change_in_words(row),
        numbers.probability(row.p),
        numbers.probability(row.q),
        numbers.count(row.prompts),
    )


def _tau(side: Side, row: DifferenceRow) -> str:
    for own in side.rows:
        if (own.setting, own.source, own.factor) == (row.setting, row.source, row.factor):
            return numbers.with_interval(own.tau, own.low, own.high)
    return numbers.NONE
