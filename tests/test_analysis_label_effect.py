"""What people's labels change: differences, what is said of them, and how many more it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from profile_core.analysis.anchoring import anchoring
from profile_core.analysis.influence import influence
from profile_core.analysis.label_bias import SideBias
from profile_core.analysis.label_effect import EffectRow, Value, effect, finding, more_labels
from profile_core.annotation import queues
from profile_core.errors import NotEstimable
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.store.queues import Queue
from profile_core.store.study import Study
from profile_core.types import Choice, LabelSet, Mode, QueueKind, Setting
from tests.drawn_study import FACTORS, Known, accepted, answer, known_study, told

CORRECTED, REVIEWED_ONLY, POWERED = (
    LabelSet.CORRECTED,
    LabelSet.REVIEWED_ONLY,
    LabelSet.PREDICTION_POWERED,
)


@pytest.fixture
def known() -> Iterator[Known]:
    made = known_study(40, overstated_in_b=1.5)
    with made.study:
        yield made


def draw(study: Study, size: int, **settings) -> Queue:
    settings = {"kind": QueueKind.RANDOM, "factors": ["clarity"], **settings}
    return queues.draw(study, size=size, **settings)


def of(rows, source: str = "crowd", factor: str = "clarity") -> EffectRow:
    (only,) = (row for row in rows if (row.source, row.factor) == (source, factor))
    return only


def a_row(**changes) -> EffectRow:
    """A difference that can be told from chance, in the standard's own numbers."""
    row = EffectRow(
        labels=POWERED,
        setting=Setting.EVALUATION,
        source="people",
        factor="hallucination",
        title="Hallucination",
        before=Value(-0.21, -0.28, -0.14),
        after=Value(-0.08, -0.15, -0.01),
        difference=Value(0.13, 0.05, 0.21),
        p=0.001,
        q=0.002,
        reviewed=120,
        drawn=125,
        nonresponse=0.04,
        power=0.6,
        prompts=90,
        note="uses 120 reviewed of 578 pairs; non-response 4 %",
    )
    return replace(row, **changes)


def bias(side: Choice, mean: float, low: float | None, high: float | None) -> SideBias:
    return SideBias(side, mean, low, high)


A_NONE = bias(Choice.A, 0.01, -0.05, 0.06)
B_OVER = bias(Choice.B, 0.2, 0.1, 0.3)


def test_with_every_pair_reviewed_the_difference_is_that_of_corrected_labels(
    known: Known,
) -> None:
    answer(known.study, draw(known.study, 40, factors=FACTORS), told(known.truth))
    expected = effect(known.study, labels=CORRECTED)
    for labels in (REVIEWED_ONLY, POWERED):
        found = effect(known.study, labels=labels)
        assert len(found) == len(expected) == 4
        for row in expected:
            same = of(found, row.source, row.factor)
            for name in ("before", "after", "difference"):
                for part in ("tau", "low", "high"):
                    assert getattr(getattr(same, name), part) == pytest.approx(
                        getattr(getattr(row, name), part), abs=1e-12
                    )
            assert (same.p, same.q) == pytest.approx((row.p, row.q))


def test_before_and_after_are_the_rows_of_the_influence_table(known: Known) -> None:
    answer(known.study, draw(known.study, 24), told(known.truth))
    for labels in (CORRECTED, REVIEWED_ONLY, POWERED):
        for where in (None, "clarity_a > 2.5"):
            before = {
                (row.source, row.factor): row for row in influence(known.study, where=where).rows
            }
            after = {
                (row.source, row.factor): row
                for row in influence(known.study, labels=labels, where=where).rows
            }
            found = effect(known.study, labels=labels, where=where)
            assert {(row.source, row.factor) for row in found} == after.keys()
            for row in found:
                first, second = (table[row.source, row.factor] for table in (before, after))
                assert (row.before.tau, row.before.low) == (first.tau, first.low)
                assert (row.after.tau, row.after.high) == (second.tau, second.high)
                assert row.difference.tau == pytest.approx(second.tau - first.tau)


def test_q_is_over_the_factors_of_a_source(known: Known) -> None:
    answer(known.study, draw(known.study, 30, factors=FACTORS), told(known.truth))
    rows = effect(known.study, sources=["judge"])
    assert [row.q for row in rows] == pytest.approx(
        list(benjamini_hochberg([row.p for row in rows]))
    )
    (alone,) = effect(known.study, sources=["judge"], factors=["depth"])
    assert alone.q == rows[1].q


def test_an_extractor_that_lifts_one_side_is_found_out(known: Known) -> None:
    answer(known.study, draw(known.study, 40), told(known.truth))
    row = of(effect(known.study))
    a, b = row.bias
    assert not a.is_told
    assert b.is_told
    assert 1.0 < b.mean < 2.0
    assert row.difference.tau is not None
    assert (row.reviewed, row.drawn, row.nonresponse) == (len(row.cell.pairs.prompt),) * 2 + (0.0,)
    assert row.sentence().startswith("The automatic label overstates clarity in b")


def test_labels_that_confirm_everything_change_nothing(known: Known) -> None:
    answer(known.study, draw(known.study, 40), accepted)
    row = of(effect(known.study))
    assert row.difference == Value(0.0, None, None)
    assert row.p is None
    assert row.sentence().startswith("For clarity nothing changed: ")
    assert not any(side.is_told for side in row.bias)


def test_the_standard_sentence() -> None:
    assert a_row(bias=(A_NONE, B_OVER)).sentence() == (
        "The automatic label overstates hallucination in b; influence moves from −0.21 to "
        "−0.08 [−0.15, −0.01]."
    )


def test_a_bias_on_both_sides_or_on_none_is_said_so() -> None:
    both = (bias(Choice.A, 0.2, 0.1, 0.3), B_OVER)
    assert (
        a_row(bias=both)
        .sentence()
        .startswith("The automatic label overstates hallucination; influence moves")
    )
    against = (bias(Choice.A, -0.2, -0.3, -0.1), B_OVER)
    assert (
        a_row(bias=against)
        .sentence()
        .startswith(
            "The automatic label overstates hallucination in b and understates hallucination in a; "
        )
    )
    assert a_row(bias=(A_NONE,)).sentence() == (
        "The influence of hallucination moves from −0.21 to −0.08 [−0.15, −0.01]."
    )


def test_what_may_be_chance_is_called_chance() -> None:
    row = a_row(q=0.06, p=0.03)
    assert not row.is_told
    assert row.sentence() == (
        "For hallucination nothing changed that can be told apart from chance: −0.21 by automatic "
        "labels, −0.08 [−0.15, −0.01] with people’s."
    )
    biased = replace(row, bias=(A_NONE, B_OVER)).sentence()
    assert biased.startswith("The automatic label overstates hallucination in b, but in its ")
    assert "nothing changed that can be told apart from chance: " in biased


def test_without_an_interval_nothing_is_claimed() -> None:
    row = a_row(difference=Value(0.13, None, None), p=None, q=None, prompts=4)
    assert "no interval tells whether anything changed" in row.sentence()
    none = a_row(after=Value(None, None, None), note="no estimate: 3 of 9 pairs could not")
    assert none.sentence() == "Hallucination: no estimate: 3 of 9 pairs could not."


def none_of_it() -> EffectRow:
    return a_row(after=Value(None, None, None), p=None, q=None, note="no estimate")


def test_findings_over_several_rows() -> None:
    still = a_row(factor="fluency", title="Fluency", p=0.6, q=0.6)
    assert finding([a_row(), still]) == (
        "People’s labels move 1 of 2 influences: hallucination (people) from −0.21 to "
        "−0.08 [−0.15, −0.01]."
    )
    assert finding([still, still]) == (
        "People’s labels change none of 2 influences in a way that can be told apart from chance."
    )
    assert finding([a_row(prompts=7), still, none_of_it()]).endswith(
        " With 7 prompts reviewed, read it with care."
    )
    assert "1 of 2 influences that can be compared" in finding([a_row(), still, none_of_it()])
    writing = a_row(setting=Setting.GENERATION)
    assert "hallucination (people, choosing) from −0.21" in finding([a_row(), writing])
    assert "hallucination (people, writing) from −0.21" in finding([a_row(), writing])
    assert "Too little is reviewed" in finding([a_row(p=None, q=None)] * 2)
    assert finding([still]) == still.sentence()


def test_how_many_more_labels_is_told_for_a_width_and_for_the_sign(known: Known) -> None:
    answer(known.study, draw(known.study, 16), told(known.truth), limit=10)
    row = of(effect(known.study), "judge")
    assert row.cell is not None
    assert row.cell.estimate is not None
    width = (row.after.high - row.after.low) / 2
    more = more_labels(row, width * 0.9)
    assert more.needed
    assert more.half_width == pytest.approx(width * 0.9, rel=1e-4)
    assert more.sentence.startswith(f"About {more.needed} more reviewed pair")
    assert more_labels(row, width * 1.1).needed == 0
    none = more_labels(row, 0.001)
    assert none.needed is None
    assert none.sentence == (
        "Labels for all pairs would not be enough: only more prompts narrow it."
    )
    for found in (more_labels(row), more_labels(of(effect(known.study, labels=CORRECTED)))):
        assert found.sentence.endswith(".")


def test_draws_that_are_needed_come_from_the_whole_queue(known: Known) -> None:
    answer(known.study, draw(known.study, 16), told(known.truth), limit=10)
    whole = of(effect(known.study), "judge")
    part = of(effect(known.study, where="task = 'qa'"), "judge")
    assert part.cell is not None
    assert whole.cell is not None
    assert len(part.cell.frame) == len(whole.cell.frame) == 40
    assert len(part.cell.pairs.prompt) < len(whole.cell.pairs.prompt)


def test_blind_labels_stand_beside_all_with_their_difference(known: Known) -> None:
    review = draw(known.study, 40)
    answer(known.study, review, accepted)
    with pytest.raises(NotEstimable, match="blind"):
        anchoring(known.study)
    blind = draw(known.study, 20, mode=Mode.BLIND, seed=2)
    answer(known.study, blind, told(known.truth), annotator="bob")
    rows = anchoring(known.study, sources=["crowd"])
    (row,) = rows
    everyone = of(effect(known.study))
    alone = of(effect(known.study, blind_only=True))
    assert (row.everyone, row.blind) == (everyone.after, alone.after)
    assert row.difference.tau == pytest.approx(everyone.after.tau - alone.after.tau)
    assert row.difference.low < row.difference.tau < row.difference.high
    assert row.reviewed > row.blind_reviewed > 0
    assert row.sentence().startswith(f"The influence of clarity is {row.blind} by blind labels")


def test_automatic_labels_are_not_compared_with_themselves(known: Known) -> None:
    with pytest.raises(ValueError, match="compared with"):
        effect(known.study, labels=LabelSet.AUTOMATIC)
    with pytest.raises(NotEstimable, match="drawn for review"):
        effect(known.study)
    assert {row.note for row in effect(known.study, labels=CORRECTED)} == {
        "counts every correction as it stands; pairs nobody looked at stay automatic"
    }
