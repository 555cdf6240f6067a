"""People's labels outside the desk: on the overview, in browse's filter, beside factors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_core.analysis.next_steps import next_steps
from profile_core.analysis.overview import info
from profile_core.store import label_states
from profile_core.store.study import Study
from profile_core.types import Choice
from profile_core.ui import resources
from tests.app_driver import open_page, shown
from tests.reviewed_study import rated_study, relabel

RATED = [(3.0, 2.0)] * 6


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    path = tmp_path / "study.duckdb"
    rated_study(path, RATED, RATED).close()
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    study = resources.study()
    yield study
    study.close()


def pair_id(study: Study, place: int) -> str:
    rows = study.cursor().execute("SELECT pair_id FROM pair ORDER BY seq").fetchall()
    return str(rows[place][0])


def label_some(study: Study) -> None:
    """Pair 0 confirmed, pair 1 changed, pair 2 in dispute."""
    relabel(study, "ann", pair_id(study, 0), Choice.A, "clarity", 3.0)
    relabel(study, "ann", pair_id(study, 1), Choice.A, "clarity", 5.0)
    relabel(study, "ann", pair_id(study, 2), Choice.A, "clarity", 3.0)
    relabel(study, "bea", pair_id(study, 2), Choice.A, "clarity", 4.0)


def steps(study: Study) -> dict[str, str]:
    found = next_steps(info(study), (), label_states.counts(study))
    return {step.label: step.page for step in found}


def test_the_overview_says_how_many_labels_people_gave(study: Study) -> None:
    assert "factor label" not in shown(open_page("overview"))
    label_some(study)
    assert "4 factor labels by 2 people; 50 % changed the automatic value." in shown(
        open_page("overview")
    )


def test_one_label_by_one_person_reads_well(study: Study) -> None:
    relabel(study, "ann", pair_id(study, 0), Choice.A, "clarity", 3.0)
    assert "1 factor label by 1 person; 0 % changed the automatic value." in shown(
        open_page("overview")
    )


def test_automatic_labels_are_to_be_checked_and_then_their_effect_to_be_seen(study: Study) -> None:
    assert steps(study)["Check the automatic labels"] == "annotate"
    assert "See what people’s labels change" not in steps(study)
    label_some(study)
    assert steps(study)["See what people’s labels change"] == "influence"
    assert steps(study)["Check more automatic labels"] == "annotate"


def test_the_step_to_the_effect_opens_that_view(study: Study) -> None:
    label_some(study)
    (step,) = (
        step
        for step in next_steps(info(study), (), label_states.counts(study))
        if step.page == "influence" and step.params
    )
    assert "The numbers, and the labels behind them" in shown(
        open_page("influence", **dict(step.params))
    )


@pytest.mark.parametrize(
    ("state", "count", "words"),
    [
        ("not labelled", 3, "not labelled by people"),
        ("labelled by people", 3, "labelled by people"),
        ("changed by people", 2, "changed by people"),
        ("disputed", 1, "people’s labels in dispute"),
    ],
)
def test_browse_filters_by_the_state_of_peoples_labels(
    study: Study, state: str, count: int, words: str
) -> None:
    label_some(study)
    said = shown(open_page("browse", labelled=state))
    assert f"{count} of 6 pairs, {words}, automatic labels" in said


def test_a_label_state_is_about_the_chosen_factor(study: Study) -> None:
    label_some(study)
    assert "No pair fits" in shown(open_page("browse", labelled="disputed", factor="words"))


def test_without_labels_no_label_state_is_offered_and_a_link_says_so(study: Study) -> None:
    app = open_page("browse", labelled="disputed")
    assert "People’s labels" not in [box.label for box in app.selectbox]
    assert "and nobody has labelled anything in this study" in shown(app)


def test_without_a_completed_draw_no_pair_is_drawn_and_reviewed(study: Study) -> None:
    label_some(study)
    assert "No pair fits" in shown(open_page("browse", labelled="drawn and reviewed"))


def test_a_pair_tells_labels_that_confirm_from_those_that_correct(study: Study) -> None:
    label_some(study)
    confirmed = shown(open_page("browse", pair=pair_id(study, 0)))
    assert "3, confirmed by ann" in confirmed
    assert "corrected" not in confirmed
    assert "3, corrected to 5 by ann" in shown(open_page("browse", pair=pair_id(study, 1)))
