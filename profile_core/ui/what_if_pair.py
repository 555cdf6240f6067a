"""One pair: change a factor of one response, and see each source's predicted choice move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from profile_core import charts
from profile_core.analysis import browse, scenario_pairs
from profile_core.analysis.browse import View
from profile_core.analysis.example import Example, FactorPair
from profile_core.analysis.one_pair import Change, Contribution, JudgeView, Prediction, one_pair
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.scenario import Scenario, in_words
from profile_core.charts import Predicted
from profile_core.text import numbers
from profile_core.types import Choice, FactorKind
from profile_core.ui import (
    browse_view,
    frame,
    influence_view,
    looks,
    router,
    tables,
    text,
    what_if_bands,
)
from profile_core.ui.what_if_state import key

MOST = 4
_PARTS = 10
_AXIS = "← speaks for b · log odds that a is preferred · speaks for a →"
_SCALES = {
    FactorKind.ORDINAL_1_5: (1.0, 5.0, 1.0),
    FactorKind.ORDINAL_0_3: (0.0, 3.0, 1.0),
    FactorKind.BOOLEAN: (0.0, 1.0, 1.0),
}
_HELP = (
    "Models know the factors and nothing else of the texts: what is predicted is what a source "
    "would choose among many pairs that differ so."
)


@dataclass(frozen=True, slots=True)
class Moved:
    """A source with a model, and what it predicts as the pair is and as it is changed."""

    view: JudgeView
    as_is: Prediction
    changed: Prediction


def draw(planes: StudyPlanes, scenario: Scenario, answer: DeltaGenerator) -> None:
    """Draw the pair, its changes, and what they do to each source's predicted choice."""
    way = st.container(horizontal=True, vertical_alignment="bottom", key="what-if-way")
    with way:
        example = _choose(planes, scenario)
    if example is None:
        with answer:
            frame.empty(
                "Here stands one pair, and what each source would choose if it were otherwise.",
                "The scenario keeps no pair: take something of it back.",
            )
        return
    changes = _changes(planes, example, way)
    views = one_pair(planes.study, example.pair.pair_id, changes, scenario=scenario)
    predicted = [
        Moved(view, view.as_is, view.changed) for view in views if view.as_is and view.changed
    ]
    with answer:
        influence_view.answer(_sentence(predicted, changes, planes))
        frame.state(f"Models of each source’s choices, fitted to: {in_words(scenario)}.")
    if predicted:
        _chart(planes, predicted)
        _contributions(planes, predicted)
    frame.warnings([f"{view.source}: {view.note}" for view in views if view.note], limit=6)
    _texts(example)


def _choose(planes: StudyPlanes, scenario: Scenario) -> Example | None:
    """Draw the way through the scenario's pairs, and read the one that is asked for."""
    view = View(where=scenario_pairs.opens(planes, scenario), labels=planes.wide.labels)
    found = browse_view.found(planes.study, view)
    if not len(found.pair_nos):
        return None
    before, after = st.container(width="content"), st.container(width="content")
    place = int(
        st.number_input(
            f"Pair, of {numbers.count(len(found.pair_nos))}",
            1,
            len(found.pair_nos),
            key=key("pair"),
            bind="query-params",
            width=150,
        )
    )
    before.button(
        "Previous", on_click=_step, args=(place - 1,), disabled=place == 1, key="pair-before"
    )
    after.button(
        "Next",
        on_click=_step,
        args=(place + 1,),
        disabled=place == len(found.pair_nos),
        key="pair-after",
    )
    (pair_id,) = browse.pair_ids(planes.study, planes, found.pair_nos[place - 1 : place])
    return browse_view.example(planes.study, pair_id, planes.wide.labels)


def _step(place: int) -> None:
    st.session_state[key("pair")] = place


def _changes(planes: StudyPlanes, example: Example, way: DeltaGenerator) -> list[Change]:
    """Draw two sliders for each factor to change, which stand at the values that the pair has."""
    known = {
        item.factor.name: item
        for item in example.factors
        if item.a.in_force is not None and item.b.in_force is not None
    }
    wanted = way.multiselect(
        "Change",
        list(known),
        key=key("change"),
        bind="query-params",
        placeholder="A factor of either response",
        max_selections=MOST,
        help=_HELP,
        width=480,
    )
    changes = []
    for name in wanted:
        with st.container(horizontal=True, key=f"what-if-change-{name}"):
            for side, amount in ((Choice.A, known[name].a), (Choice.B, known[name].b)):
                stands = float(amount.in_force or 0.0)
                value = _slider(planes, known[name], side, stands, example.pair.pair_id)
                if value != stands:
                    changes.append(Change(name, side, value))
    return changes


def _slider(
    planes: StudyPlanes, item: FactorPair, side: Choice, stands: float, pair_id: str
) -> float:
    reach = what_if_bands.range_of(planes, item.factor.name)
    own = (item.a.in_force or 0.0, item.b.in_force or 0.0)
    low, high, step = _SCALES.get(item.factor.kind) or (
        min(0.0, *own),
        max(*own) + reach.high,
        reach.step,
    )
    # A slider for each pair, so that the next pair begins with the values that it has.
    return st.slider(
        text.label(f"{item.factor.name} of {side}"),
        min(low, stands),
        max(high, stands),
        stands,
        step,
        format="%.0f" if step >= 1 and stands == round(stands) else "%.2f",
        key=f"what-if-value-{pair_id}-{item.factor.name}-{side}",
        width=340,
    )


def _sentence(predicted: Sequence[Moved], changes: Sequence[Change], planes: StudyPlanes) -> str:
    if not predicted:
        return "No source’s choices can be modelled here, so nothing can be predicted."
    if not changes:
        return f"As the pair is, {_expected(predicted)}. Change a factor below to see what moves."
    titles = {factor.name: factor.title for factor in planes.factors}
    what = numbers.listed(
        [f"{numbers.inline(titles[c.factor])} of {c.side} at {c.value:g}" for c in changes]
    )
    turned = [
        item.view.source
        for item in predicted
        if item.view.turns and item.as_is.leans and item.changed.leans
    ]
    said = (
        f"the predicted choice of {numbers.listed(turned)} turns"
        if turned
        else "no predicted choice turns"
    )
    most = max(predicted, key=lambda item: abs(item.changed.p - item.as_is.p))
    return (
        f"With {what}, {said}. Most of all {most.view.source} moves, from "
        f"{_choice(most.as_is)} to {_choice(most.changed)}."
    )


def _expected(predicted: Sequence[Moved]) -> str:
    """Say whom the models expect to choose what, and of whom they cannot say."""
    told = [item for item in predicted if item.as_is.leans]
    choices = [f"{item.view.source} to choose {_choice(item.as_is)}" for item in told]
    said = [f"expect {numbers.listed(choices)}"] if told else []
    said += [
        f"{_choice(item.as_is)} of {item.view.source}" for item in predicted if not item.as_is.leans
    ]
    return f"the models {numbers.listed(said)}"


def _choice(found: Prediction) -> str:
    """Write `a (71 %)`, or `cannot say (55 % for a)` where neither can be told from even."""
    side = "a" if found.p > 0.5 else "b"
    share = numbers.percent(max(found.p, 1 - found.p))
    if found.leans:
        return f"{side} ({share})"
    return f"cannot say ({share})" if share == "50 %" else f"cannot say ({share} for {side})"


def _chart(planes: StudyPlanes, predicted: Sequence[Moved]) -> None:
    colour = looks.colours(planes.sources)
    rows = [
        Predicted(
            source=item.view.source,
            before=item.as_is.p,
            before_low=item.as_is.low,
            before_high=item.as_is.high,
            after=item.changed.p,
            after_low=item.changed.low,
            after_high=item.changed.high,
            chose=str(item.view.chose or ""),
            colour=colour[item.view.source],
            before_value=_value(item.as_is),
            after_value=_value(item.changed),
        )
        for item in predicted
    ]
    st.altair_chart(
        charts.predictions(rows, looks.look()),
        theme=None,
        key="predictions",
        alt="Predicted probability that a is preferred, by source, as it is and as changed: "
        + "; ".join(f"{row.source} {row.before_value}, {row.after_value}" for row in rows),
    )
    frame.note(
        "Above in grey as the pair is, below in colour as changed, with 95 % intervals of the "
        "model. Beside its name, what the source really chose."
    )


def _contributions(planes: StudyPlanes, predicted: Sequence[Moved]) -> None:
    frame.section(
        "What it adds up from",
        "Each factor’s weight times its difference, in log odds; together they are the prediction.",
    )
    by_name = {item.view.source: item for item in predicted}
    of = st.selectbox("Source", list(by_name), key=key("judge"), bind="query-params", width=320)
    if not of:
        return
    item = by_name[of]
    view = item.view
    titles = {factor.name: factor.title for factor in planes.factors}
    ordered = sorted(
        view.contributions,
        key=lambda part: -max(abs(part.contribution), abs(part.changed_contribution)),
    )
    st.altair_chart(
        charts.waterfall(_steps(ordered, titles), looks.look(), axis=_AXIS),
        theme=None,
        key="contributions",
        alt=f"Contributions to {of}’s predicted choice; every number is in the table below.",
    )
    with st.expander(f"All {numbers.counted(len(ordered), 'contribution')}"):
        rows: list[list[tables.Cell]] = [
            [
                titles[part.factor],
                f"{part.weight:+.3g}".replace("-", "−"),
                _amount(part.difference),
                _amount(part.changed_difference),
                numbers.decimal(part.contribution, signed=True),
                numbers.decimal(part.changed_contribution, signed=True),
            ]
            for part in ordered
        ]
        rows.append(
            [
                "Together",
                "",
                "",
                "",
                numbers.decimal(item.as_is.logit, signed=True),
                numbers.decimal(item.changed.logit, signed=True),
            ]
        )
        tables.table(
            [
                tables.Column("Factor"),
                tables.Column("Weight", is_number=True, help="Log odds a unit of difference"),
                tables.Column("a − b", is_number=True, help="As the pair is"),
                tables.Column("changed", is_number=True, help="a − b as changed"),
                tables.Column("Adds", is_number=True, help="As the pair is"),
                tables.Column("changed", is_number=True, help="Adds, as changed"),
            ],
            rows,
            caption=f"Fitted to {numbers.counted(view.pairs, 'pair')} of "
            f"{numbers.counted(view.prompts, 'prompt')}.",
        )


def _steps(parts: Sequence[Contribution], titles: Mapping[str, str]) -> list[charts.Step]:
    """Add up the largest contributions as changed, then the rest, to their sum."""
    named = [
        (
            titles[part.factor],
            part.changed_contribution,
            part.contribution,
            f"a − b: {_amount(part.changed_difference)}",
        )
        for part in parts[:_PARTS]
    ]
    if rest := parts[_PARTS:]:
        changed, before = (
            sum(getattr(part, field) for part in rest)
            for field in ("changed_contribution", "contribution")
        )
        named.append((f"the other {len(rest)}", changed, before, ""))
    steps, stands = [], 0.0
    for title, adds, was, detail in named:
        words = numbers.decimal(adds, signed=True)
        if (before_words := numbers.decimal(was, signed=True)) != words:
            words = f"{words} (was {before_words})"
        steps.append(charts.Step(title, stands, stands + adds, False, words, detail))
        stands += adds
    total = numbers.decimal(stands, signed=True)
    return [*steps, charts.Step("Together", 0.0, stands, True, total, "log odds for a")]


def _texts(example: Example) -> None:
    frame.section("The pair")
    pair = example.pair
    text.titled("Prompt", pair.prompt)
    text.side_by_side(
        pair.a.text,
        pair.b.text,
        titles=(
            f"a, by {pair.a.generator or 'nobody known'}",
            f"b, by {pair.b.generator or 'nobody known'}",
        ),
    )
    router.link("browse", "Open this pair in browse", {"pair": pair.pair_id})


def _amount(difference: float | None) -> str:
    return "no value" if difference is None else numbers.decimal(difference, signed=True)


def _value(found: Prediction) -> str:
    if found.low is None or found.high is None:
        return numbers.percent(found.p)
    return f"{numbers.percent(found.p)} [{100 * found.low:.0f}, {100 * found.high:.0f}]"
