"""Score levels are real only where others see a difference between them."""

from __future__ import annotations

from profile_core.analysis.alignment import Alignment, Basis, LevelCheck, LevelShare, alignment
from profile_core.store.study import Study
from profile_core.types import FactorKind, LabelSet
from tests.alignment_studies import taste, tasteful_study
from tests.studies import levels_batch, write

PEOPLE = taste(trait_0=1.0)


def studied(share: float, *, written: int = 60, **settings) -> Study:
    return tasteful_study(
        {"judge": PEOPLE},
        people=PEOPLE,
        prompts=12,
        writers={"writer": PEOPLE},
        written=written,
        judged_levels={"writer": share},
        **settings,
    )


def checked(found: Alignment) -> LevelCheck:
    (only,) = found.manipulation
    return only


def share(check: LevelCheck, source: str | None, step: int | None = None) -> LevelShare:
    (only,) = (
        item for item in check.shares if (item.source, item.level_distance) == (source, step)
    )
    return only


def test_levels_are_real_where_the_higher_one_is_preferred() -> None:
    with studied(0.9) as study:
        check = checked(alignment(study))
        assert (check.basis, check.is_real, check.deciding) == (Basis.JUDGED, True, "crowd")
        assert check.judged_pairs == 60
        found = share(check, "crowd")
        assert found.share is not None
        assert 0.8 < found.share < 1
        assert "The score levels of writer are real" in check.sentence
        assert "60 pairs" in check.sentence


def test_levels_without_a_difference_are_not_real_for_the_generator() -> None:
    with studied(0.5) as study:
        check = checked(alignment(study))
        assert (check.basis, check.is_real) == (Basis.JUDGED, False)
        assert "not real for this generator" in check.sentence
        assert "can be told from chance" in check.sentence


def test_levels_that_run_backwards_are_called_so() -> None:
    with studied(0.1) as study:
        check = checked(alignment(study))
        assert check.is_real is False
        assert "run backwards: the lower one is preferred" in check.sentence


def test_everybody_preferring_the_higher_level_is_real_without_an_interval() -> None:
    with studied(1.0) as study:
        check = checked(alignment(study))
        found = share(check, "crowd")
        assert (found.share, found.low, found.p is not None) == (1, None, True)
        assert check.is_real is True


def test_shares_are_by_level_distance_and_by_source() -> None:
    with studied(0.9) as study:
        check = checked(alignment(study))
        assert [(item.source, item.level_distance) for item in check.shares] == [
            (None, None),
            (None, 2),
            ("crowd", None),
            ("crowd", 2),
        ]
        assert share(check, None).share == share(check, "crowd", 2).share


def test_side_and_order_of_levels_do_not_matter() -> None:
    with studied(0.9) as study:
        before = checked(alignment(study))
        with study.writing() as cursor:
            cursor.execute(
                "UPDATE pair SET response_a = response_b, response_b = response_a "
                "WHERE setting = 'evaluation'"
            )
            cursor.execute(
                "UPDATE preference SET choice = CASE choice WHEN 'a' THEN 'b' ELSE 'a' END"
            )
        after = checked(alignment(study))
        assert [(item.share, item.low) for item in after.shares] == [
            (item.share, item.low) for item in before.shares
        ]


def test_ratings_stand_in_for_fewer_than_thirty_judged_pairs() -> None:
    with studied(0.9, written=29, kind=FactorKind.ORDINAL_1_5) as study:
        check = checked(alignment(study))
        assert (check.basis, check.is_real, check.deciding) == (Basis.RATED, True, None)
        assert check.rated[0].factor == "trait_0"
        assert check.rated[0].tau is not None
        assert check.rated[0].tau > 0.5
        assert "Only 29 pairs of its own levels are judged, so ratings stand in" in check.sentence
        assert "more trait_0" in check.sentence


def test_ratings_that_do_not_go_with_the_level_are_not_real() -> None:
    with tasteful_study(
        {}, people=PEOPLE, prompts=12, writers={"writer": taste()}, kind=FactorKind.ORDINAL_1_5
    ) as study:
        check = checked(alignment(study))
        assert (check.basis, check.is_real, check.judged_pairs) == (Basis.RATED, False, 0)
        assert "not real for this generator" in check.sentence
        assert "No pair of its own levels is judged" in check.sentence


def test_without_choices_and_ratings_nothing_can_be_checked() -> None:
    with tasteful_study({}, people=PEOPLE, prompts=12, writers={"writer": PEOPLE}) as study:
        check = checked(alignment(study))
        assert (check.basis, check.is_real, check.rated) == (Basis.NOTHING, None, ())
        assert "cannot be checked" in check.sentence


def test_too_few_prompts_tell_nothing() -> None:
    with tasteful_study(
        {},
        people=PEOPLE,
        prompts=12,
        writers={"writer": taste()},
        written=1,
        kind=FactorKind.ORDINAL_1_5,
    ) as study:
        check = checked(alignment(study))
        assert check.basis is Basis.RATED
        assert all(row.low is None for row in check.rated)
        assert check.is_real is None
        assert "cannot be told: too few prompts" in check.sentence


def test_judges_together_decide_where_the_reference_judged_too_few() -> None:
    with studied(0.9) as study:
        with study.writing() as cursor:
            cursor.execute(
                "UPDATE preference SET source_id = 'judge:judge' WHERE pair_id IN "
                "(SELECT pair_id FROM pair JOIN response ON response_id = response_a "
                "WHERE setting = 'evaluation' AND generator = 'writer')"
            )
        check = checked(alignment(study))
        assert (check.basis, check.deciding, check.is_real) == (Basis.JUDGED, None, True)
        assert "those who judged them" in check.sentence


def test_a_majority_is_not_counted_beside_its_people() -> None:
    with studied(0.9) as study:
        with study.writing() as cursor:
            cursor.execute(
                "INSERT INTO source (source_id, kind, name, is_majority) "
                "VALUES ('human:ann', 'human', 'ann', FALSE)"
            )
            cursor.execute(
                "INSERT INTO preference BY NAME SELECT * REPLACE ('human:ann' AS source_id, "
                "preference_id || 'x' AS preference_id) FROM preference "
                "WHERE source_id = 'human:crowd'"
            )
        check = checked(alignment(study))
        assert {item.source for item in check.shares} == {None, "crowd"}
        assert share(check, None).choices == 60


def test_the_filter_holds_and_labels_do_not_matter() -> None:
    with studied(0.9) as study:
        assert checked(alignment(study, where="task = 'qa'")).judged_pairs == 60
        assert alignment(study, where="task = 'dialogue'").manipulation == ()
        corrected = alignment(study, labels=LabelSet.CORRECTED)
        assert corrected.manipulation == alignment(study).manipulation


def test_a_generator_without_levels_needs_no_check() -> None:
    with tasteful_study({}, people=PEOPLE, prompts=12) as study:
        assert alignment(study).manipulation == ()
        write(study, levels_batch((3,)))
        assert alignment(study).manipulation == ()
