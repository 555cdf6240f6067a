"""Beside a pair's factors: what each adds to a source's model, step by step to its prediction."""

from __future__ import annotations

import streamlit as st

from profile_core import charts
from profile_core.analysis import one_pair_parts
from profile_core.analysis.example import Example
from profile_core.analysis.one_pair_parts import Parts
from profile_core.analysis.planes import load
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Choice, Setting
from profile_core.ui import frame, influence_model, looks, tables

_MOST = 7
"""Steps of their own; what is left is small, and one step."""
_AXIS = "← speaks for b · log odds · speaks for a →"
_WIDTH = 704
"""Pixels: as wide as the sentences of a page."""
_AXIS = "← speaks for b · log odds · speaks for a →"
_HELP = (
    "Whose conditional model adds up this pair: its weights times the pair's differences, a minus "
    "b. Fitted to all pairs that the source decided, whatever the filter."
)


def draw(study: Study, example: Example, asked: str | None) -> None:
    """Draw the waterfall of a chosen source's model; without a choice, that of the view's."""
    options = _options(study, example)
    if not options:
        return
    frame.section(
        "What adds up to a choice",
        "Each factor's contribution with the others held equal; together they are the prediction.",
    )
    asked = asked if asked in options else None
    chosen = st.selectbox(
        "Model of",
        options,
        index=None,
        key="model",
        bind="query-params",
        placeholder=asked or "Choose a source",
        help=_HELP,
        width=320,
    )
    source = chosen or asked
    if source is None:
        return
    setting = example.pair.setting
    model = influence_model.fitted(
        study.key, study.versions(), setting, source, example.labels, None, (), study
    )
    if model.reason:
        frame.note(f"No model of {source} can be fitted: {model.reason}.")
        return
    parts = one_pair_parts.parts(model, example)
    steps = _steps(parts, example)
    said = _sentence(parts, example, source)
    with st.container(width=_WIDTH):
        st.altair_chart(
            charts.waterfall(steps, looks.look(), axis=_AXIS),
            theme=None,
            key="waterfall",
            alt=f"Waterfall of {numbers.counted(len(parts.parts), 'factor')}. {said}",
        )
    frame.note(said)
    with st.expander(f"Table ({numbers.counted(len(parts.parts), 'factor')})"):
        _table(parts, example)


def _options(study: Study, example: Example) -> list[str]:
    """Who chooses in the pair's setting; for score levels, whoever wrote both."""
    pair = example.pair
    names = [
        entry.source.name
        for entry in load(study, example.labels).sources
        if entry.setting is pair.setting
    ]
    if pair.setting is Setting.GENERATION:
        names = [name for name in names if name == pair.a.generator == pair.b.generator]
    return sorted(set(names))


def _steps(parts: Parts, example: Example) -> list[charts.Step]:
    titles = {item.factor.name: item.factor.title for item in example.factors}
    differing = [part for part in parts.parts if part.contribution]
    most = _MOST if len(differing) > _MOST + 1 else len(differing)
    named, rest = differing[:most], differing[most:]
    moves = [
        (
            titles[part.factor],
            part.contribution,
            f"a − b = {numbers.decimal(part.difference, signed=True)}",
        )
        for part in named
    ]
    if rest:
        others = numbers.counted(len(rest), "other factor")
        moves.append((others, sum(part.contribution for part in rest), "the smallest ones"))
    steps, at = [], 0.0
    for title, move, detail in moves:
        said = numbers.decimal(move, signed=True)
        steps.append(charts.Step(title, at, at + move, False, said, detail))
        at += move
    total = f"{numbers.decimal(parts.logit, signed=True)}, P(a) = {numbers.percent(parts.p)}"
    return [*steps, charts.Step("Together", 0.0, parts.logit, True, total, "the sum")]


def _sentence(parts: Parts, example: Example, source: str) -> str:
    model = parts.model
    likely = Choice.A if parts.p >= 0.5 else Choice.B
    share = numbers.percent(max(parts.p, 1 - parts.p))
    chose = next((c.choice for c in example.chosen if c.source.name == source), None)
    would = f"{source} would prefer {likely} in {share} of pairs that differ so"
    did = {None: "It made no choice.", Choice.TIE: "It called the pair a tie."}
    chosen = did.get(chose, f"It chose {chose}.")
    if example.pair.setting is Setting.GENERATION:
        would = f"{source} would write {likely} for the higher score level in {share} of such pairs"
        chosen = f"The higher level is {chose}’s."
    scores = model.held_out
    held = (
        f" On prompts it has not seen it foretells {numbers.percent(scores.accuracy)} of choices; "
        "a coin, 50 %."
        if scores
        else ""
    )
    titles = {item.factor.name: numbers.inline(item.factor.title) for item in example.factors}
    same = numbers.listed([titles[part.factor] for part in parts.parts if not part.contribution])
    missing = numbers.listed([titles[name] for name in parts.missing])
    without = f" Adding nothing, being the same in both: {same}." if same else ""
    without += f" Adding nothing, for want of a value: {missing}." if missing else ""
    return (
        f"By its weights on {numbers.counted(len(model.weights), 'factor')}, {would}. {chosen} "
        f"The model rests on {numbers.counted(model.pairs, 'pair')}.{held}{without}"
    )


def _table(parts: Parts, example: Example) -> None:
    factors = {item.factor.name: item.factor for item in example.factors}
    tables.table(
        [
            tables.Column("Factor"),
            tables.Column("a − b", is_number=True),
            tables.Column("Log odds each", is_number=True, help="For one unit of difference"),
            tables.Column("Adds", is_number=True, help="Their product, towards a if above 0"),
        ],
        [
            *(
                [
                    factors[part.factor].title,
                    numbers.decimal(part.difference, signed=True),
                    numbers.decimal(part.slope, 3, signed=True),
                    numbers.decimal(part.contribution, 3, signed=True),
                ]
                for part in parts.parts
            ),
            ["Together", "", "", numbers.decimal(parts.logit, 3, signed=True)],
        ],
        caption="Contributions on the logit scale.",
    )
