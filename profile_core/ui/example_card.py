"""One pair as a reader sees it: prompt, both responses, who chose what and why, and its factors."""

from __future__ import annotations

import re
from itertools import islice

import streamlit as st

from profile_core.analysis import example as examples
from profile_core.analysis.example import Amount, Chosen, Evidence, Example, FactorPair
from profile_core.analysis.shown import taxonomy_order
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.text.diff import RunKind, word_diff
from profile_core.text.spans import split_by_spans
from profile_core.types import Choice, FactorKind, SourceKind, VerdictStatus
from profile_core.ui import (
    browse_model,
    example_tags,
    filters,
    frame,
    label_history,
    router,
    tables,
    text,
)

_LONG = 700
"""Characters from which a source text is folded away."""
_LONG_PROMPT = 300
"""Words from which a prompt is folded, its first words left in sight."""
_LONGEST_START = 3000
"""Characters of a folded prompt left in sight, for scripts that put no space between words."""
_COMMON = 0.1
_WORDS = "word differences"


def draw(study: Study, example: Example, source: str | None, factor: str | None) -> None:
    """Draw a pair; a factor that the view asks about is marked, a source's model added up."""
    pair = example.pair
    _headline(example)
    _prompt(pair.prompt)
    example_tags.draw(study, example)
    if pair.source_text:
        _source_text(pair.source_text)
    _responses(study, example)
    _choices(example)
    _factors(example, factor)
    browse_model.draw(study, example, source)
    _labels(study, example)


def _headline(example: Example) -> None:
    pair = example.pair
    parts = [
        pair.task or "no task",
        pair.scenario,
        str(pair.setting),
        pair.dataset,
        f"row {pair.row_key}" if len(pair.row_key) < 40 else None,
        *(f"{key}: {value}" for key, value in pair.meta if len(value) < 60),
    ]
    chips = " ".join(f'<span class="pf-chip">{text.inline(part)}</span>' for part in parts if part)
    st.html(f"<p>{chips}</p>")


def _prompt(prompt: str) -> None:
    ends = [word.end() for word in islice(re.finditer(r"\S+", prompt), _LONG_PROMPT)]
    start = prompt[: min([*ends[-1:], _LONGEST_START])]
    if start == prompt.rstrip():
        text.titled("Prompt", prompt)
        return
    text.titled("Prompt", f"{start} …")
    with st.expander(f"Whole prompt ({numbers.counted(len(prompt.split()), 'word')})"):
        text.plain(prompt)


def _source_text(source: str) -> None:
    if len(source) <= _LONG:
        text.titled("Source text", source)
        return
    with st.expander(f"Source text ({numbers.counted(len(source.split()), 'word')})"):
        text.plain(source)


def _responses(study: Study, example: Example) -> None:
    marked = [item for item in example.factors if _has_value(item)]
    names = {item.factor.name: item for item in sorted(marked, key=_order)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mark = st.selectbox(
            "Mark in the texts",
            [_WORDS, *names],
            key="mark",
            bind="query-params",
            help="The words that only one of the two has, or what a factor's values rest on.",
            width=240,
        )
    titles = _titles(example)
    notes = tuple(_chosen_by(example, side) for side in (Choice.A, Choice.B))
    texts = (example.pair.a.text, example.pair.b.text)
    if mark not in names and _share_words(*texts):
        text.side_by_side(*texts, titles=titles, notes=(notes[0], notes[1]))
        return
    if mark not in names:
        frame.note("The two share hardly a word, so the differences are not marked.")
        both = (Evidence(), Evidence())
    else:
        both = examples.evidence(study, example.pair, names[mark])
    sides = zip(st.columns(2, gap="large"), texts, both, titles, notes, strict=True)
    for column, body, evidence, title, note in sides:
        with column:
            text.with_spans(split_by_spans(body, evidence.located), title=title, note=note)
            _facts(evidence)
    if mark in names and not any(evidence.located or evidence.facts for evidence in both):
        frame.note(f"{names[mark].extractor} gives no evidence for {names[mark].factor.title}.")


def _share_words(a: str, b: str) -> bool:
    """Tell whether enough is common to both for a marking of the rest to say something."""
    difference = word_diff(a, b)
    runs = [*difference.a, *difference.b]
    same = sum(len(run.text) for run in runs if run.kind is RunKind.SAME)
    return same >= _COMMON * sum(len(run.text) for run in runs)


def _facts(evidence: Evidence) -> None:
    if not evidence.facts:
        return
    tables.table(
        [tables.Column("Fact"), tables.Column("Holds"), tables.Column("Does not")],
        [
            [
                fact.text + ("" if fact.span else " (quote not found in the text)"),
                ", ".join(fact.holds),
                ", ".join(fact.fails),
            ]
            for fact in evidence.facts
        ],
        caption=f"{numbers.counted(len(evidence.facts), 'fact')}.",
    )


def _choices(example: Example) -> None:
    frame.section("Who chose what, and why")
    if not example.chosen:
        frame.note("Nobody has chosen on this pair.")
        return
    tables.table(
        [
            tables.Column("Source"),
            tables.Column("Kind"),
            tables.Column("Choice"),
            tables.Column("As shown", help="Answer by the order shown; a flip is a tie"),
            tables.Column("P(a)", is_number=True, help="Probability that a is preferred"),
            tables.Column("Reason"),
        ],
        [
            [
                chosen.source.name,
                chosen.source.kind + (", majority" if chosen.source.is_majority else ""),
                chosen.choice or "no choice",
                _orders(chosen),
                numbers.decimal(chosen.probability),
                _reasons(chosen),
            ]
            for chosen in example.chosen
        ],
        caption="A source that answers differently when the order is swapped has flipped: a tie.",
    )


def _factors(example: Example, asked: str | None) -> None:
    measured = [item for item in example.factors if _has_value(item)]
    absent = [item for item in measured if _is_absent(item) and item.factor.name != asked]
    factors = [item for item in measured if item not in absent]
    frame.section(
        "Factors", "+1: this pair speaks for more of the factor being preferred; −1: for less."
    )
    deciding = [item for item in example.chosen if item.choice in (Choice.A, Choice.B)]
    columns = [
        tables.Column("Factor"),
        tables.Column("a", is_number=True),
        tables.Column("b", is_number=True),
        tables.Column("a − b", is_number=True),
        tables.Column("More in"),
        *(
            tables.Column(item.source.name, is_number=True, help="z of this pair")
            for item in deciding
        ),
        tables.Column("Measured by"),
    ]
    rows: list[list[tables.Cell]] = [
        [
            _factor_link(item, asked),
            _amount(item, item.a),
            _amount(item, item.b),
            _value(item, item.difference, signed=True),
            {None: numbers.NONE, Choice.TIE: "same"}.get(item.more, str(item.more)),
            *(_z(chosen, item) for chosen in deciding),
            item.extractor,
        ]
        for item in sorted(factors, key=lambda item: (item.factor.name != asked, *_order(item)))
    ]
    if rows:
        tables.table(columns, rows, caption=f"{example.labels.capitalize()} labels.")
    if absent:
        names = numbers.listed([item.factor.title for item in sorted(absent, key=_order)])
        frame.note(f"0 in both responses: {names}.")
    without = [item for item in example.factors if item not in measured]
    if without:
        names = numbers.listed([item.factor.title for item in sorted(without, key=_order)])
        frame.note(f"Without a value in either response: {names}.")


def _labels(study: Study, example: Example) -> None:
    """The way to the desk, and what people have said of both responses so far."""
    pair = example.pair
    router.link("annotate", "Correct labels", {filters.parameter("annotate", "pair"): pair.pair_id})
    if not study.versions().corrections:
        return
    with st.expander("History of the labels"):
        for title, response in zip(_titles(example), (pair.a, pair.b), strict=True):
            text.heading(title)
            label_history.draw(study, response.response_id)


def _factor_link(item: FactorPair, asked: str | None) -> tables.Cell:
    return f"{item.factor.title} ◂" if item.factor.name == asked else item.factor.title


def _titles(example: Example) -> tuple[str, str]:
    named = []
    for side, response in (("a", example.pair.a), ("b", example.pair.b)):
        parts = [side, response.generator or "unknown generator"]
        if response.score_level is not None:
            parts.append(f"level {response.score_level}")
        named.append(" · ".join(parts))
    return named[0], named[1]


def _chosen_by(example: Example, side: Choice) -> str:
    """Count rather than name, so that both texts begin on one line; the table below names.

    Judges of one factor alone do not say which text they prefer.
    """
    chose = [
        item
        for item in example.chosen
        if item.choice is not None and not item.source.is_of_one_factor
    ]
    if not chose:
        return "nobody chose"
    people = any(_is_person(item) for item in chose)
    voices = [item for item in chose if not (people and item.source.is_majority)]
    of = numbers.counted(len(voices), "source")
    besides = ", not counting the majority" if len(voices) < len(chose) else ""
    return f"preferred by {sum(item.choice is side for item in voices)} of {of}{besides}"


def _is_person(chosen: Chosen) -> bool:
    return chosen.source.kind is SourceKind.HUMAN and not chosen.source.is_majority


def _orders(chosen: Chosen) -> str:
    shown = [
        f"{verdict.order or 'once'}: "
        + (
            str(verdict.choice)
            if verdict.status is VerdictStatus.VALID
            else f"{verdict.status} answer"
        )
        for verdict in chosen.verdicts
    ]
    flipped = " (flipped)" if chosen.flipped else ""
    return ", ".join(shown) + flipped if shown else "from score levels"


def _reasons(chosen: Chosen) -> str:
    given = [verdict for verdict in chosen.verdicts if verdict.reason]
    if len(given) == 1:
        return str(given[0].reason)
    return " — ".join(f"{verdict.order or ''}: {verdict.reason}" for verdict in given)


def _amount(item: FactorPair, amount: Amount) -> str:
    if amount.correction is None:
        return _value(item, amount.automatic)
    by = f" by {amount.correction.annotator}" if amount.correction.annotator else ""
    said = amount.correction.value
    label = "not applicable" if said is None else _value(item, said)
    if said == amount.automatic:
        return f"{label}, confirmed{by}"
    return f"{_value(item, amount.automatic)}, corrected to {label}{by}"


def _value(item: FactorPair, value: float | None, *, signed: bool = False) -> str:
    is_whole = item.factor.kind not in (FactorKind.RATIO, FactorKind.NUMBER)
    whole = value is not None and is_whole and float(value).is_integer()
    return numbers.decimal(value, 0 if whole else 2, signed=signed)


def _z(chosen: Chosen, item: FactorPair) -> str:
    z = examples.z(chosen.choice, item)
    return numbers.NONE if z is None else numbers.decimal(z, 0, signed=True)


def _has_value(item: FactorPair) -> bool:
    return item.a.in_force is not None or item.b.in_force is not None


def _is_absent(item: FactorPair) -> bool:
    """Tell whether neither response has any of it, so that a row would say nothing."""
    is_corrected = item.a.correction is not None or item.b.correction is not None
    return item.a.in_force == 0 and item.b.in_force == 0 and not is_corrected


def _order(item: FactorPair) -> tuple[int, str]:
    return taxonomy_order(item.factor)
