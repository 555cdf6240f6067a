"""Who has a taste like whose: by influences or by model weights, over all and over groups."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from profile_core.analysis import conditions
from profile_core.analysis.planes import load
from profile_core.analysis.similarity import By, Similarity, similarity
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats.correlation import Coefficient
from profile_core.stats.planes import count_bits
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting, SourceKind
from tests.alignment_studies import FACTORS, taste, tasteful_study
from tests.studies import A, B, empty_study, pairs_batch, write

PEOPLE = taste(trait_0=1.0, trait_1=-0.6, trait_2=0.3)


@pytest.fixture(scope="module")
def planted() -> Iterator[Study]:
    with tasteful_study(
        {"alike": PEOPLE, "opposite": -PEOPLE, "likewise": -PEOPLE},
        people=PEOPLE,
        writers={"alike": PEOPLE},
    ) as study:
        yield study


def value(found: Similarity, one: str, other: str) -> float | None:
    names = [item.name for item in found.sources]
    return found.matrix[names.index(one)][names.index(other)]


@pytest.mark.parametrize("by", list(By))
@pytest.mark.parametrize("kind", [Coefficient.SPEARMAN, Coefficient.PEARSON])
def test_like_tastes_are_alike_and_stand_side_by_side(
    planted: Study, by: By, kind: Coefficient
) -> None:
    found = similarity(planted, by=by, kind=kind)
    assert found.reason is None
    assert (value(found, "crowd", "alike") or 0) > 0.5
    assert (value(found, "crowd", "opposite") or 0) < -0.5
    assert (value(found, "likewise", "opposite") or 0) > 0.5
    matrix = np.array(found.matrix)
    assert np.array_equal(matrix, matrix.T)
    assert (np.diag(matrix) == 1).all()
    assert sorted(found.order) == list(range(5))
    names = [found.sources[place].name for place in found.order]
    assert abs(names.index("opposite") - names.index("likewise")) == 1


def test_a_matrix_of_taus_is_the_correlation_of_the_influences(planted: Study) -> None:
    from profile_core.analysis.influence import influence

    taus = {
        name: [
            row.tau
            for row in influence(planted, sources=[name]).rows
            if row.setting == "evaluation"
        ]
        for name in ("crowd", "likewise")
    }
    found = similarity(planted, kind="pearson")
    assert value(found, "crowd", "likewise") == pytest.approx(
        np.corrcoef(taus["crowd"], taus["likewise"])[0, 1], abs=1e-12
    )
    assert found.columns == FACTORS
    assert all(count == 8 for row in found.factors for count in row)


def test_sources_open_the_pairs_they_decided(planted: Study) -> None:
    found = similarity(planted, where="task = 'qa'")
    planes = load(planted)
    assert [(item.setting, item.name) for item in found.sources] == [
        (Setting.EVALUATION, "alike"),
        (Setting.EVALUATION, "crowd"),
        (Setting.EVALUATION, "likewise"),
        (Setting.EVALUATION, "opposite"),
        (Setting.GENERATION, "alike"),
    ]
    for item in found.sources:
        mask = planes.mask(conditions.all_of(["task = 'qa'", item.where]))
        assert mask is not None
        assert int(count_bits(mask)) == item.pairs > 0


def test_the_spread_over_groups_shows_what_pooling_hides() -> None:
    with tasteful_study({"judge": PEOPLE}, people=PEOPLE) as study:
        with study.writing() as cursor:  # in one half of the prompts the judge turns around
            cursor.execute(
                "UPDATE preference SET choice = CASE choice WHEN 'a' THEN 'b' ELSE 'a' END "
                "WHERE source_id = 'judge:judge' AND pair_id IN "
                "(SELECT pair_id FROM pair JOIN prompt USING (prompt_id) WHERE task = 'qa')"
            )
        found = similarity(study, kind="pearson", over="task")
        low, high = found.low[0][1], found.high[0][1]
        assert low is not None
        assert high is not None
        assert low < -0.8
        assert high > 0.8
        assert found.parts[0][1] == 2
        assert [name for name, _ in found.groups] == ["dialogue", "qa"]
        of = {name: matrix[0][1] for name, matrix in found.groups}
        assert of["qa"] == low
        assert of == {
            name: similarity(study, kind="pearson", where=f"task = '{name}'").matrix[0][1]
            for name in of
        }


def test_without_groups_there_is_no_spread(planted: Study) -> None:
    found = similarity(planted)
    assert found.groups == ()
    assert {value for row in (*found.low, *found.high) for value in row} == {None}
    assert {value for row in found.parts for value in row} == {0}


def test_one_group_is_no_spread(planted: Study) -> None:
    found = similarity(planted, where="task = 'qa'", over="task")
    assert [name for name, _ in found.groups] == ["dialogue", "qa"]
    assert found.low[0][1] is None
    assert found.parts[0][1] == 1


def test_weights_are_of_the_same_factors_for_all(planted: Study) -> None:
    found = similarity(planted, by="weights")
    assert set(found.columns) <= set(FACTORS)
    assert len(found.columns) >= 4
    few = similarity(planted, by="weights", where="meta_part = 0 AND task = 'qa'")
    assert len(few.columns) < len(found.columns)


def test_weights_cannot_come_from_drawn_labels(planted: Study) -> None:
    with pytest.raises(NotEstimable, match="compare by tau"):
        similarity(planted, by="weights", labels=LabelSet.REVIEWED_ONLY)


def test_an_unknown_column_is_refused(planted: Study) -> None:
    with pytest.raises(UnknownName):
        similarity(planted, over="nothing")


def test_judges_of_one_factor_are_left_out_and_one_source_is_nobody_to_compare() -> None:
    with empty_study() as study:
        batch = pairs_batch([("one two three", "one")] * 12, [A, B] * 6)
        narrow = batch.add_source(SourceKind.JUDGE, "narrow", derived_from=["length"])
        for pair in batch.pairs:
            batch.add_preference(pair, narrow, A)
        write(study, batch)
        found = similarity(study)
        assert [item.name for item in found.sources] == ["human"]
        assert "fewer than two sources" in (found.reason or "")
        assert similarity(study, where="task = 'none'").sources == ()
