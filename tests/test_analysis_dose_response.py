"""Dose and response: shares by bins of the difference, which open their pairs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.analysis import browse, dose_sentences
from profile_core.analysis.dose_response import DoseResponse, dose_response
from profile_core.analysis.planes import load
from profile_core.analysis.relations import Relation
from profile_core.errors import UnknownName
from profile_core.store.study import Study
from profile_core.types import Setting
from tests.studies import TIE, A, B, empty_study, pairs_batch, write

EVALUATION, GENERATION = Setting.EVALUATION, Setting.GENERATION
SERIES = ((EVALUATION, "claude"), (GENERATION, "claude"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    study = make_demo(tmp_path_factory.mktemp("demo") / "study.duckdb")
    yield study
    study.close()


@pytest.fixture(scope="module")
def length(demo: Study) -> DoseResponse:
    return dose_response(demo, "length", SERIES)


def test_shares_are_those_of_a_plain_count(demo: Study, length: DoseResponse) -> None:
    wide = load(demo).wide.name
    with demo.cursor() as cursor:
        rows = cursor.execute(
            f"SELECT length_a - length_b, choice_claude FROM {wide} "
            "WHERE choice_claude IN ('a', 'b') AND setting = 'evaluation'"
        ).fetchall()
    curve = length.curves[0]
    for share in curve.shares:
        dose = length.doses[share.dose]
        inside = [(d, c) for d, c in rows if dose.low <= abs(d) <= dose.high and d]
        more = sum((d > 0) == (c == "a") for d, c in inside)
        assert (share.more, share.less) == (more, len(inside) - more)
        assert share.share == pytest.approx(more / len(inside))
    counted = sum(share.more + share.less for share in curve.shares)
    assert counted + curve.equal + curve.missing == len(rows)


def test_bins_are_the_same_for_all_sources_and_about_equally_filled(length: DoseResponse) -> None:
    assert [curve.source for curve in length.curves] == ["claude", "claude"]
    assert len(length.doses) == 5
    ends = [(dose.low, dose.high) for dose in length.doses]
    assert ends == sorted(ends)
    totals = [0] * 5
    for curve in length.curves:
        for share in curve.shares:
            totals[share.dose] += share.more + share.less
    assert max(totals) < 1.5 * min(totals)


def test_every_share_opens_its_pairs(demo: Study, length: DoseResponse) -> None:
    for curve in length.curves:
        for share in curve.shares:
            where = f"({length.doses[share.dose].opens}) AND setting = '{curve.setting}'"
            for relation, count in (
                (Relation.CONCORDANT, share.more),
                (Relation.DISCORDANT, share.less),
            ):
                view = browse.View(
                    where=where, source=curve.source, factor="length", relation=relation
                )
                assert len(browse.browse(demo, view).pair_nos) == count


def test_ties_and_equal_amounts_are_in_no_bin() -> None:
    with empty_study() as study:
        texts = [("one two", "one"), ("one", "two"), ("one two", "one"), ("one", "one two three")]
        write(study, pairs_batch(texts, [A, A, TIE, B]))
        extract(study)
        found = dose_response(study, "length", [(EVALUATION, "human")])
        (curve,) = found.curves
        assert [(dose.low, dose.high) for dose in found.doses] == [(1, 1), (2, 2)]
        assert [(share.more, share.less) for share in curve.shares] == [(1, 0), (1, 0)]
        assert curve.equal == 1
        factor = next(item for item in load(study).factors if item.name == "length")
        assert [dose_sentences.amount(dose, factor) for dose in found.doses] == ["1", "2"]
        assert "too few prompts" in dose_sentences.finding(found, factor)


def test_a_filter_narrows_the_pairs(demo: Study, length: DoseResponse) -> None:
    found = dose_response(demo, "length", SERIES, where="task = 'summarization'")
    total = sum(share.more + share.less for curve in found.curves for share in curve.shares)
    assert 0 < total < sum(s.more + s.less for curve in length.curves for s in curve.shares)


def test_the_sentence_speaks_of_the_smallest_and_the_largest_differences(
    demo: Study, length: DoseResponse
) -> None:
    factor = next(item for item in load(demo).factors if item.name == "length")
    said = dose_sentences.finding(length, factor)
    least, most = (f"{length.doses[k].low:.0f} to {length.doses[k].high:.0f}" for k in (0, -1))
    assert f"smallest ({least} words) and where it is largest ({most} words)" in said
    first, last = (length.curves[1].shares[k].share or 0.0 for k in (0, -1))
    assert f"claude as a writer, {100 * first:.0f}\u00a0% and {100 * last:.0f}\u00a0%" in said


def test_a_factor_that_is_not_there_is_refused(demo: Study) -> None:
    with pytest.raises(UnknownName, match="nothing"):
        dose_response(demo, "nothing", SERIES)
