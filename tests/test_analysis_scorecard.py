"""The scorecard: by hand, against plain Python, over the ledger, and on published judges."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.actions.judge import judge
from profile_core.analysis.scorecard import (
    APART,
    Scorecard,
    ScorecardRow,
    in_words,
    judge_names,
    scorecard,
)
from profile_core.errors import UnknownName
from profile_core.types import Choice, Order, VerdictStatus
from tests.judge_runs import asking, fill, judging, some_verdict
from tests.judge_studies import (
    FAILED,
    TIE,
    A,
    Answer,
    B,
    Pair,
    both,
    by_prompt,
    random_pairs,
    study_of,
)
from tests.model_server import fails, model_server, says
from tests.studies import empty_study

JUDGE = "m/overall@1"


def row(card: Scorecard, name: str = JUDGE) -> ScorecardRow:
    (found,) = (row for row in card.rows if row.judge == name)
    return found


def by_hand() -> list[Pair]:
    """Ten pairs of ten prompts: human, the judge's two orders, and which is longer."""
    failed = [Answer(Order.AB, A), Answer(Order.BA, None, FAILED)]
    cases: list[tuple[Choice, list[Answer], tuple[int, int]]] = [
        (A, both(A, A), (2, 1)),
        (A, both(A, B), (2, 1)),
        (B, both(B, B), (2, 1)),
        (B, both(A, A), (2, 1)),
        (TIE, both(A, A), (1, 2)),
        (A, both(TIE, TIE), (2, 1)),
        (A, both(A, None), (2, 1)),
        (B, both(B, B), (2, 2)),
        (A, failed, (2, 1)),
        (A, both(B, B), (1, 2)),
    ]
    return [
        Pair(prompt, human, words, {JUDGE: said})
        for prompt, (human, said, words) in enumerate(cases)
    ]


def test_a_scorecard_worked_by_hand() -> None:
    card = scorecard(study_of(by_hand()))
    found = row(card)
    assert (card.reference, card.is_stand_in) == ("human", False)
    assert (found.rubric, found.model, found.is_reference) == ("overall@1", "m", False)
    assert (found.pairs, found.answers, found.compared, found.prompts) == (10, 20, 5, 5)
    # Compared are the pairs 0, 2, 3, 7, 9: a flip and a tie are no strict choice.
    assert found.agreement == pytest.approx(3 / 5)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low < 3 / 5 < found.high <= 1
    # Of [[1, 1], [1, 2]]: observed 3/5, chance (2*2 + 3*3)/25.
    assert found.kappa == pytest.approx((3 / 5 - 13 / 25) / (12 / 25))
    assert (found.flip_rate, found.both_orders) == (1 / 8, 8)
    assert found.first_share == 10 / 16
    assert found.tie_share == 2 / 18
    assert found.invalid_share == 2 / 20
    # Pair 7 is equally long; of 0, 2, 3, 9 the judge takes the longer in three, people in one.
    assert (found.longer_excess, found.longer_pairs) == (pytest.approx(3 / 4 - 1 / 4), 4)
    assert (found.cost, found.seconds) == (None, None)


def test_without_lengths_there_is_no_lean_on_length() -> None:
    found = row(scorecard(study_of(by_hand(), measured=False)))
    assert found.agreement == pytest.approx(3 / 5)
    assert (found.longer_excess, found.longer_pairs) == (None, 0)


def test_the_reference_is_not_compared_with_itself_and_called_a_stand_in() -> None:
    pairs = [Pair(p.prompt, None, p.words, {**p.answers, "x": both(A, A)}) for p in by_hand()]
    card = scorecard(study_of(pairs, people=False))
    assert (card.reference, card.is_stand_in) == ("x", True)
    assert "stand-in" in in_words(card)
    own = row(card, "x")
    assert own.is_reference
    assert (own.agreement, own.low, own.kappa, own.longer_excess) == (None,) * 4
    assert (own.flip_rate, own.first_share) == (0, 0.5)
    assert row(card).agreement == 3 / 6
    assert [found.judge for found in card.rows] == [JUDGE, "x"]


def test_a_reference_may_be_named_and_must_be_there() -> None:
    study = study_of(by_hand())
    card = scorecard(study, reference=JUDGE)
    assert (card.reference, card.is_stand_in, row(card).is_reference) == (JUDGE, True, True)
    with pytest.raises(UnknownName, match="human"):
        scorecard(study, reference="humans")


def test_a_judge_that_answered_nothing_has_a_row_without_numbers() -> None:
    card = scorecard(study_of(by_hand(), judges=["silent"]))
    found = row(card, "silent")
    assert (found.pairs, found.answers, found.rubric) == (0, 0, None)
    assert (found.agreement, found.flip_rate, found.first_share, found.tie_share) == (None,) * 4
    assert found.invalid_share is None
    assert found.note == APART
    assert card.rows[-1] is found


def test_a_study_without_judges_or_preferences_has_an_empty_scorecard() -> None:
    with empty_study() as study:
        card = scorecard(study)
        assert card == Scorecard(None, False, ())
        assert "nothing to compare with" in in_words(card)
        assert judge_names(study) == ()


def test_rubrics_are_read_from_the_names_of_judges_made_here_alone() -> None:
    names = ["a/b/overall@12", "GPT-4/CoT", "plain", "x/Y@1", "m/r@v"]
    card = scorecard(study_of(by_hand(), judges=names))
    assert {found.judge: found.rubric for found in card.rows} == {
        JUDGE: "overall@1",
        "a/b/overall@12": "overall@12",
        **dict.fromkeys(names[1:]),
    }


@pytest.mark.parametrize("seed", range(6))
def test_a_scorecard_is_that_of_plain_python_over_the_answers(seed: int) -> None:
    pairs = random_pairs(seed)
    card = scorecard(study_of(pairs))
    assert len(card.rows) == 4
    for found in card.rows:
        expected = twin(pairs, found.judge)
        for name, value in expected.items():
            known = None if value is None or math.isnan(value) else pytest.approx(value)
            assert getattr(found, name) == known, (found.judge, name)
    known = [-(found.agreement or 0) for found in card.rows]
    assert known == sorted(known)


def twin(pairs: Sequence[Pair], name: str) -> dict[str, Any]:
    """A judge's scores, pair by pair."""
    own = [pair for pair in pairs if name in pair.answers]
    answers = [one for pair in own for one in pair.answers[name]]
    combined = [(pair, pair.combined(name)) for pair in own]
    decided = [
        (pair, said.choice)
        for pair, said in combined
        if said.choice in (A, B) and pair.human in (A, B)
    ]
    alike = [(pair.prompt, 1 if choice is pair.human else -1) for pair, choice in decided]
    tau, _, low, high, _ = by_prompt(alike)
    lean = [
        (pair.prompt, (choice is pair.longer) - (pair.human is pair.longer))
        for pair, choice in decided
        if pair.longer
    ]
    flips = [said.flipped for _, said in combined if said.flipped is not None]
    valid = [one for one in answers if one.status is VerdictStatus.VALID]
    placed = [one for one in valid if one.choice in (A, B) and one.order]
    first = [one for one in placed if (one.choice is A) == (one.order is Order.AB)]
    excess = by_prompt(lean)
    return {
        "pairs": len(own),
        "answers": len(answers),
        "compared": len(decided),
        "prompts": len({prompt for prompt, _ in alike}),
        "agreement": (1 + tau) / 2,
        "low": (1 + low) / 2,
        "high": (1 + high) / 2,
        "kappa": kappa([(choice, pair.human) for pair, choice in decided]),
        "flip_rate": sum(flips) / len(flips) if flips else None,
        "both_orders": len(flips),
        "first_share": len(first) / len(placed) if placed else None,
        "tie_share": sum(one.choice is TIE for one in valid) / len(valid),
        "invalid_share": sum(
            one.status in (VerdictStatus.INVALID, VerdictStatus.FAILED) for one in answers
        )
        / len(answers),
        "longer_excess": excess[0],
        "longer_low": excess[2],
        "longer_high": excess[3],
        "longer_pairs": len(lean),
    }


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    observed = sum(one == two for one, two in pairs) / len(pairs)
    chance = sum(first[choice] * second[choice] for choice in (A, B)) / len(pairs) ** 2
    return (observed - chance) / (1 - chance)


def test_cost_and_seconds_are_those_of_the_ledger_failures_included() -> None:
    with empty_study() as study, model_server(says(some_verdict)) as server:
        fill(study, 10)
        server.in_line = [says("no JSON")]
        first = judge(study, judging("openai:gpt-4o"), asking(server, tries_again=0))
        assert (first.calls, first.failed) == (20, {"form": 1})
        found = row(scorecard(study), "gpt-4o/overall@1")
        assert found.invalid_share == 1 / 20
        assert found.cost == pytest.approx(first.cost / 19)
        [(seconds,)] = study.cursor().execute("SELECT sum(seconds) FROM call").fetchall()
        assert found.seconds == pytest.approx(seconds / 19)
        # Answers that are used again take nothing, and those they are of are not forgotten.
        again = judge(study, judging("openai:gpt-4o"), asking(server))
        assert again.calls == 1
        found = row(scorecard(study), "gpt-4o/overall@1")
        assert found.cost == pytest.approx((first.cost + again.cost) / 20)


def test_an_unknown_price_is_unknown_and_not_nothing() -> None:
    with empty_study() as study, model_server(says(some_verdict)) as server:
        fill(study, 4)
        server.in_line = [fails(400)]
        judge(study, judging(), asking(server))
        found = row(scorecard(study), "small/overall@1")
        assert found.cost is None
        assert found.seconds is not None
        assert found.seconds > 0
        assert found.invalid_share == 1 / 8


def test_pandalms_judges_agree_with_people_as_the_raw_files_say(shared_data: Path) -> None:
    folder = shared_data / "pandalm"
    people = {row["idx"]: _majority(row) for row in _read(folder / "testset-v1.json")}
    said = {
        "gpt-3.5-turbo": {
            row["idx"]: {"1": 1, "2": 2, "Tie": 0}.get(row["gpt_result"])
            for row in _read(folder / "gpt-3.5-turbo-testset-v1.json")
        },
        "pandalm-7b": {
            row["idx"]: row["pandalm_result"]
            for row in _read(folder / "pandalm-7b-testset-v1.json")
        },
    }
    with empty_study() as study:
        import_file(study, "pandalm", folder)
        extract(study, factors=["length"])
        card = scorecard(study)
    assert (card.reference, len(card.rows)) == ("human", 2)
    for name, verdicts in said.items():
        found = row(card, name)
        decided = [(people[idx], verdicts[idx]) for idx in people]
        strict = [(ours, theirs) for ours, theirs in decided if ours and theirs]
        assert found.pairs == found.answers == 999
        assert found.compared == len(strict)
        assert found.agreement == pytest.approx(sum(a == b for a, b in strict) / len(strict))
        assert found.invalid_share == sum(b is None for _, b in decided) / 999
        assert found.tie_share == pytest.approx(
            sum(b == 0 for _, b in decided) / sum(b is not None for _, b in decided)
        )
        assert (found.flip_rate, found.first_share, found.cost) == (None, None, None)
    turbo = row(card, "gpt-3.5-turbo")
    assert (turbo.compared, turbo.prompts, turbo.longer_pairs) == (849, 157, 811)
    assert turbo.agreement == pytest.approx(0.8151, abs=5e-5)
    assert (turbo.low, turbo.high) == pytest.approx((0.7814, 0.8488), abs=5e-5)
    assert turbo.longer_excess == pytest.approx(-0.0469, abs=5e-5)


def _read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _majority(row: dict[str, Any]) -> int:
    votes = Counter(row[f"annotator{number}"] for number in (1, 2, 3))
    (choice, most), *_ = votes.most_common()
    return int(choice) if most > 1 else 0


def test_llmbars_judges_flip_as_often_as_the_raw_files_say(shared_data: Path) -> None:
    folder = shared_data / "llmbar"
    winners: dict[str, list[tuple[Any, Any, int]]] = {}
    for path in sorted((folder / "Dataset").rglob("result.json")):
        judged = winners.setdefault("/".join(path.parts[-3:-1]), [])
        for entry in _read(path):
            final = entry["results"][-1]
            ab, ba = (final[f"swap = {swap}"]["winner"] for swap in ("False", "True"))
            judged.append((ab, ba, entry["label"] if "Processed" in path.parts else 0))
    with empty_study() as study:
        import_file(study, "llmbar", folder)
        card = scorecard(study)
    assert {found.judge for found in card.rows} == set(winners)
    assert card.reference == "human"
    for found in card.rows:
        judged = winners[found.judge]
        valid = [(ab, ba) for ab, ba, _ in judged if ab and ba]
        placed = [ab == "1" for ab, _, _ in judged if ab] + [ba == "2" for _, ba, _ in judged if ba]
        decided = [(int(ab), label) for ab, ba, label in judged if ab and ab == ba and label]
        assert found.pairs == len(judged)
        assert found.flip_rate == sum(ab != ba for ab, ba in valid) / len(valid)
        assert found.first_share == sum(placed) / len(placed)
        assert found.invalid_share == (2 * len(judged) - len(placed)) / (2 * len(judged))
        assert found.compared == len(decided)
        if decided:
            right = sum(choice == label for choice, label in decided)
            assert found.agreement == pytest.approx(right / len(decided))
        else:
            assert (found.agreement, found.note) == (None, APART)
    gpt_4 = row(card, "GPT-4/Vanilla_NoRules")
    assert (gpt_4.pairs, gpt_4.both_orders, gpt_4.compared) == (466, 460, 390)
    assert gpt_4.flip_rate == 70 / 460
