"""Reviewed-only and prediction-powered rows: against corrected labels, and a slow twin."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from profile_core.analysis.influence import Influence, InfluenceRow, influence
from profile_core.analysis.planes import load
from profile_core.annotation import queues
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.store.queues import Queue
from profile_core.store.study import Study
from profile_core.types import Asks, LabelSet, Mode, QueueKind, Variant
from tests.drawn_study import FACTORS, Known, accepted, answer, known_study, told

CORRECTED, REVIEWED_ONLY, POWERED = (
    LabelSet.CORRECTED,
    LabelSet.REVIEWED_ONLY,
    LabelSet.PREDICTION_POWERED,
)
NUMBERS = ("tau", "se", "low", "high", "p", "q", "prompts")


@pytest.fixture
def known() -> Iterator[Known]:
    made = known_study(40)
    with made.study:
        yield made


def draw(study: Study, size: int, **settings) -> Queue:
    settings = {"kind": QueueKind.RANDOM, "factors": ["clarity"], **settings}
    return queues.draw(study, size=size, **settings)


def row(found: Influence, source: str = "crowd", factor: str = "clarity") -> InfluenceRow:
    (only,) = (item for item in found.rows if (item.source, item.factor) == (source, factor))
    return only


@pytest.mark.parametrize("variant", list(Variant))
def test_with_every_pair_drawn_and_reviewed_both_equal_the_corrected_labels(
    variant: Variant,
) -> None:
    known = known_study(30, undefined=0.1)
    with known.study as study:
        answer(study, draw(study, 30, factors=FACTORS), told(known.truth))
        corrected, reviewed, powered = (
            influence(study, labels=labels, variant=variant)
            for labels in (CORRECTED, REVIEWED_ONLY, POWERED)
        )
        assert len(corrected.rows) == len(reviewed.rows) == len(powered.rows) == 4
        for expected in corrected.rows:
            for found in (reviewed, powered):
                same = row(found, expected.source, expected.factor)
                for name in NUMBERS:
                    value = getattr(expected, name)
                    assert getattr(same, name) == (
                        value if value is None else pytest.approx(value, abs=1e-12)
                    ), name
        counts = ("concordant", "discordant", "tied", "missing", "pairs")
        assert [getattr(row(reviewed), name) for name in counts] == [
            getattr(row(corrected), name) for name in counts
        ]
        assert any(item.missing for item in reviewed.rows)
        assert (row(powered).tau is None) == (variant is Variant.SOFT)


def twin(known: Known, queue: Queue, source: str, power: float) -> float:
    """tau of clarity with a given lambda, by loops over the long tables."""
    study = known.study
    cursor = study.cursor()
    automatic = dict(
        cursor.execute(
            "SELECT response_id, value FROM factor_value WHERE factor = 'clarity'"
        ).fetchall()
    )
    labels = dict(
        cursor.execute(
            "SELECT response_id, new_value FROM standing_label WHERE factor = 'clarity'"
        ).fetchall()
    )
    top = bottom = weights = 0.0
    corrections = [0.0, 0.0]
    total = 0
    rows = cursor.execute(
        "SELECT response_a, response_b, choice, key, rate FROM pair "
        "JOIN preference USING (pair_id) JOIN source USING (source_id) "
        "JOIN queue_pair USING (pair_id) WHERE name = ? AND queue_id = ? "
        "AND choice IN ('a', 'b')",
        [source, queue.queue_id],
    ).fetchall()
    for a, b, choice, key, rate in rows:
        total += 1
        direction = 1 if choice == "a" else -1
        z_hat = direction * sign(automatic[a], automatic[b])
        top += power * z_hat
        bottom += power
        if key <= 1:
            weight = 1 / min(1.0, rate)
            weights += weight
            corrections[0] += weight * (direction * sign(labels[a], labels[b]) - power * z_hat)
            corrections[1] += weight * (1 - power)
    scale = total / weights
    return (top + scale * corrections[0]) / (bottom + scale * corrections[1])


def sign(a: float, b: float) -> int:
    return 0 if abs(a - b) <= 1e-9 else 1 if a > b else -1


@pytest.mark.parametrize("kind", list(QueueKind))
@pytest.mark.parametrize("source", ["crowd", "judge"])
def test_a_part_reviewed_gives_the_estimates_of_the_slow_twin(
    known: Known, kind: QueueKind, source: str
) -> None:
    queue = draw(known.study, 20, kind=kind)
    answer(known.study, queue, told(known.truth))
    reviewed = row(influence(known.study, labels=REVIEWED_ONLY), source)
    assert reviewed.tau == pytest.approx(twin(known, queue, source, 0.0))
    powered = row(influence(known.study, labels=POWERED), source)
    ends = sorted(twin(known, queue, source, power) for power in (0.0, 1.0))
    assert ends[0] - 1e-9 <= powered.tau <= ends[1] + 1e-9
    assert powered.low < powered.tau < powered.high
    assert reviewed.note.startswith(f"uses {reviewed.pairs} reviewed of {powered.pairs} pairs; ")


def test_automatic_rows_are_as_before_and_powered_rows_count_by_automatic_values(
    known: Known,
) -> None:
    before = influence(known.study).rows
    answer(known.study, draw(known.study, 20), told(known.truth))
    assert influence(known.study).rows == before
    counts = ("concordant", "discordant", "tied", "missing", "pairs", "extractor", "setting")
    automatic = row(influence(known.study))
    powered = row(influence(known.study, labels=POWERED))
    assert [getattr(automatic, name) for name in counts] == [
        getattr(powered, name) for name in counts
    ]


def test_labels_that_were_not_drawn_change_no_estimate(known: Known) -> None:
    queue = draw(known.study, 10)
    answer(known.study, queue, told(known.truth), limit=8)
    before = influence(known.study, labels=POWERED).rows
    # The rest of the study is labelled in another draw, about another factor too.
    other = draw(known.study, 40, seed=9)
    item = queues.find(known.study, other.name)
    answer(known.study, item, accepted, skipping=range(99))
    # Now every pair was drawn, but only those of the first queue are answered.
    after = influence(known.study, labels=POWERED)
    assert [item.pairs for item in before] == [item.pairs for item in after.rows]
    assert "non-response 80 %" in row(after, "judge").note


def test_non_response_is_said_in_the_note(known: Known) -> None:
    answer(known.study, draw(known.study, 40), told(known.truth), skipping=range(10))
    found = row(influence(known.study, labels=REVIEWED_ONLY), "judge")
    assert found.note.startswith("uses ")
    shares = [part for part in found.note.split("; ") if part.startswith("non-response")]
    assert shares == ["non-response 25 %"]


def test_filters_speak_of_automatic_values_or_of_corrected_ones(known: Known) -> None:
    answer(known.study, draw(known.study, 40), told(known.truth))
    where = "clarity_a > 3"
    corrected = influence(known.study, labels=CORRECTED, where=where)
    reviewed = influence(known.study, labels=REVIEWED_ONLY, where=where)
    powered = influence(known.study, labels=POWERED, where=where)
    automatic = influence(known.study, where=where)
    assert reviewed.pairs == corrected.pairs != automatic.pairs
    assert powered.pairs == automatic.pairs
    assert row(reviewed).tau == pytest.approx(row(corrected).tau)
    assert row(powered).pairs == row(automatic).pairs


def test_pairs_that_could_not_have_been_drawn_leave_no_estimate_and_the_cure(
    known: Known,
) -> None:
    answer(known.study, draw(known.study, 12, where="task = 'qa'"), told(known.truth))
    for labels in (REVIEWED_ONLY, POWERED):
        found = row(influence(known.study, labels=labels), "judge")
        assert found.tau is found.low is found.p is found.q is None
        assert "pairs could not have been drawn; filter to those that could" in found.note
        inside = row(influence(known.study, labels=labels, where="task = 'qa'"), "judge")
        assert inside.tau is not None
        by_task = influence(known.study, labels=labels, by="task", sources=["judge"])
        assert {item.group: item.tau is None for item in by_task.rows} == {
            "qa": False,
            "summarization": True,
        }


def test_q_is_over_all_factors_with_an_estimate_whichever_are_asked_for(known: Known) -> None:
    answer(known.study, draw(known.study, 30, factors=FACTORS), told(known.truth))
    everything = influence(known.study, labels=POWERED, sources=["judge"]).rows
    p = {item.factor: item.p for item in everything}
    expected = benjamini_hochberg([p["clarity"], p["depth"]])
    assert [item.q for item in everything] == pytest.approx(list(expected))
    (alone,) = influence(known.study, labels=POWERED, sources=["judge"], factors=["depth"]).rows
    assert alone.q == pytest.approx(expected[1])


def test_blind_labels_alone_are_an_estimate_of_their_own(known: Known) -> None:
    only = "task = 'qa'"
    review, blind = (
        draw(known.study, 20, where=only, mode=mode, seed=seed)
        for seed, mode in enumerate((Mode.REVIEW, Mode.BLIND))
    )
    answer(known.study, review, accepted)
    with pytest.raises(NotEstimable, match="blind"):
        influence(known.study, labels=POWERED, blind_only=True)
    answer(known.study, blind, told(known.truth), annotator="bob")
    alone = row(influence(known.study, labels=POWERED, where=only, blind_only=True))
    together = row(influence(known.study, labels=POWERED, where=only))
    corrected = row(influence(known.study, labels=CORRECTED, where=only))
    # The later labels, which stand, are blind; those accepted in review leave no trace.
    assert alone.tau == pytest.approx(together.tau) == pytest.approx(corrected.tau)
    assert alone.tau != row(influence(known.study, where=only)).tau
    with pytest.raises(NotEstimable, match="blind labels alone"):
        influence(known.study, blind_only=True)


def test_it_refuses_with_the_reason_and_the_cure(known: Known) -> None:
    def reason(**settings) -> str:
        with pytest.raises(NotEstimable) as refused:
            influence(known.study, labels=POWERED, **settings)
        return str(refused.value)

    assert "this study has none: draw a queue with `queue draw`" in reason()
    queue = draw(known.study, 12, name="First look")
    assert "“First look” has its first pair complete yet" in reason()
    assert "no queue asks about depth" in reason(factors=["depth"])
    answer(known.study, queue, told(known.truth))
    assert "no completed draw is about depth: there are some of clarity" in reason(
        factors=["depth"]
    )
    found = influence(known.study, labels=POWERED, factors=["depth", "clarity"])
    assert {item.factor for item in found.rows} == {"clarity"}
    with pytest.raises(UnknownName, match="clarity"):
        influence(known.study, labels=POWERED, factors=["clarty"])
    preference = queues.draw(known.study, kind=QueueKind.RANDOM, size=5, asks=Asks.PREFERENCE)
    assert preference.factors == ()


def test_a_label_changes_the_estimate_at_once(known: Known) -> None:
    queue = draw(known.study, 20)
    answer(known.study, queue, accepted, limit=10)
    before = row(influence(known.study, labels=POWERED))
    answer(known.study, queue, told(known.truth), limit=1)
    after = row(influence(known.study, labels=POWERED))
    assert before.note != after.note


def test_filters_and_groups_of_drawn_sets_have_planes_of_their_own_values(known: Known) -> None:
    assert load(known.study, POWERED) is load(known.study)
    assert load(known.study, REVIEWED_ONLY) is load(known.study, CORRECTED)


def test_few_reviewed_prompts_have_an_estimate_without_interval(known: Known) -> None:
    answer(known.study, draw(known.study, 12), told(known.truth), limit=3)
    found = row(influence(known.study, labels=POWERED), "judge")
    assert found.tau is not None
    assert not math.isnan(found.tau)
    assert found.low is found.high is found.se is found.p is None
    assert "fewer than 5 prompts with a reviewed pair" in found.note
