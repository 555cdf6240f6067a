"""What leads an annotation effort: agreement, disagreements and how they are settled, audit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.annotation.history import history
from profile_core.store.labels import LabelAction
from profile_core.store.study import Study
from profile_core.types import Choice, Mode
from profile_core.ui import (
    annotate_agreement,
    annotate_audit,
    identity,
    label_history,
    rating_words,
)
from tests.app_driver import open_page, shown
from tests.label_desk import label, labelled_study, pair_id, prefer, response_id

CLEO = "cleo"
Labels = Callable[[Study], object]


@pytest.fixture
def with_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a study file with the labels that a function gives; Cleo is at the desk."""
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    monkeypatch.setattr(identity, "annotator", lambda: CLEO)

    def make(*acts: Labels) -> Path:
        with labelled_study(path=path) as study:
            for act in acts:
                act(study)
        return path

    return make


def dispute(study: Study) -> None:
    label(study, "anna", 0, "clarity", "correct", 2.0)
    label(study, "ben", 0, "clarity", "correct", 5.0)


def dispute_of_words(study: Study) -> None:
    label(study, "anna", 2, "words", "correct", 3.0)
    label(study, "ben", 2, "words", "correct", 4.0)


def dispute_of_choice(study: Study) -> None:
    prefer(study, "anna", 1, Choice.A)
    prefer(study, "ben", 1, Choice.B)


def links(app: AppTest) -> list[str]:
    """The addresses in tables, as they are written."""
    bodies = "".join(element.proto.body for element in app.get("html"))
    return [unquote_plus(part.split('"')[0]) for part in bodies.split('href="')[1:]]


def press(app: AppTest, words: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == words]
    return button.click().run()


@pytest.mark.parametrize(
    ("view", "would_show"),
    [
        ("agreement", "how far annotators agree"),
        ("disagreements", "the values on which annotators differ"),
        ("audit", "held against what people say"),
    ],
)
def test_without_labels_each_view_says_what_would_stand_here_and_what_to_do(
    view: str, would_show: str, with_labels: Callable[..., Path]
) -> None:
    with_labels()
    app = open_page("annotate", view=view)
    assert would_show in shown(app)
    assert "Draw a queue" in [link.proto.label for link in app.get("page_link")]


def test_agreement_names_each_factor_with_its_shared_labels_and_opens_disputes(
    with_labels: Callable[..., Path],
) -> None:
    with_labels(dispute, dispute_of_choice)
    app = open_page("annotate", view="agreement")
    said = shown(app)
    assert "2 values that two annotators or more gave; on 2 they differ" in said
    assert "Clarity" in said
    assert "Preference" in said
    assert "too few prompts for an interval (1)" in said
    disputed = "annotate?annotate.view=disagreements&amp;annotate.disputed={}&amp;"
    assert [link for link in links(app) if link.startswith(disputed.format("clarity"))]
    assert [link for link in links(app) if link.startswith(disputed.format("preferences"))]


def test_a_link_to_the_disputes_of_a_factor_shows_those_alone(
    with_labels: Callable[..., Path],
) -> None:
    with_labels(dispute, dispute_of_words)
    chosen = {"view": "disagreements", annotate_agreement.DISPUTED_FACTOR: "words"}
    said = shown(open_page("annotate", **chosen))
    assert "2 disagreements to settle" in said
    assert "1 of 1" in said
    assert "The words of a text." in said


def test_a_disagreement_is_shown_without_names_and_generators(
    with_labels: Callable[..., Path],
) -> None:
    with_labels(dispute)
    said = shown(open_page("annotate", view="disagreements"))
    assert "1 annotator" in said
    assert "left answer 0" in said
    for hidden in ("anna", "ben", "generator"):
        assert hidden not in said.split()


def test_a_press_settles_the_value_and_the_next_one_takes_its_place(
    with_labels: Callable[..., Path],
) -> None:
    path = with_labels(dispute, dispute_of_words)
    app = open_page("annotate", view="disagreements")
    assert "The clarity of a text." in shown(app)
    app.text_input(f"settle-clarity:{first(path, 0)}-note").input("read it twice")
    app = press(app, "4")
    assert "Settled the one before: Clarity is 4." in shown(app)
    assert "The words of a text." in shown(app)
    *_, last = history_of(path, 0, "clarity")
    assert (last.label.value, last.label.annotator, last.is_in_force) == (4.0, CLEO, True)
    assert (last.label.mode, last.label.note) == (Mode.ADJUDICATION, "read it twice")


def test_another_value_can_be_typed_on_scales_without_points(
    with_labels: Callable[..., Path],
) -> None:
    path = with_labels(dispute_of_words)
    app = open_page("annotate", view="disagreements")
    app = press(app, "Settle at this value")
    assert "Type a value first." in shown(app)
    app.number_input[0].set_value(7)
    app = press(app, "Settle at this value")
    assert history_of(path, 2, "words")[-1].label.value == 7.0
    assert "Nothing is left to settle." in shown(app)


def test_undo_puts_a_disagreement_back(with_labels: Callable[..., Path]) -> None:
    path = with_labels(dispute)
    app = press(open_page("annotate", view="disagreements"), "Not applicable")
    assert "Nothing is left to settle." in shown(app)
    app = press(app, "Undo")
    assert "1 disagreement to settle" in shown(app)
    assert history_of(path, 0, "clarity")[-1].label.undone is not None


def test_undo_leads_back_to_what_it_took_back(with_labels: Callable[..., Path]) -> None:
    with_labels(dispute, dispute_of_words)
    app = press(open_page("annotate", view="disagreements"), "4")
    assert "The words of a text." in shown(app)
    app = press(app, "Undo")
    assert "The clarity of a text." in shown(app)
    assert "2 disagreements to settle" in shown(app)


def test_settled_ones_are_shown_on_demand_and_can_be_settled_anew(
    with_labels: Callable[..., Path],
) -> None:
    path = with_labels(dispute, lambda study: label(study, "dora", 0, "clarity", "adjudicate", 1.0))
    app = open_page("annotate", **{"view": "disagreements", annotate_agreement.SETTLED: "true"})
    assert "Settled already" in shown(app)
    press(app, "3")
    last = history_of(path, 0, "clarity")[-1]
    assert (last.label.action, last.label.value) == (LabelAction.ADJUDICATE, 3.0)
    assert last.is_in_force


def test_a_preference_is_settled_in_the_order_on_the_screen(
    with_labels: Callable[..., Path],
) -> None:
    path = with_labels(dispute_of_choice)
    app = open_page("annotate", view="disagreements")
    said = " ".join(shown(app).split())
    chosen = Choice.A if said.index("left answer") < said.index("right answer") else Choice.B
    app = press(app, "Response 1 is better")
    assert "Settled the one before: Response 1 is better." in shown(app)
    with Study.open(path) as study:
        (row,) = (
            study.cursor()
            .execute(
                "SELECT choice FROM standing_preference "
                "WHERE pair_id = ? AND source_id = 'human:annotators'",
                [pair_id(study, 1)],
            )
            .fetchall()
        )
    assert row == (chosen.value,)


def test_audit_holds_automatic_against_human_and_opens_the_pairs(
    with_labels: Callable[..., Path],
) -> None:
    with_labels(
        lambda study: label(study, "anna", 0, "clarity", "accept"),
        lambda study: label(study, "anna", 1, "clarity", "correct", 1.0),
    )
    app = open_page("annotate", view="audit")
    assert "2 values with a label of a person that counts" in shown(app)
    assert "Nobody has labelled blind yet" in shown(app)
    assert "browse?factor=clarity&amp;labelled=labelled by people" in links(app)


def test_audit_by_generator_opens_the_pairs_of_that_generator(
    with_labels: Callable[..., Path],
) -> None:
    with_labels(lambda study: label(study, "anna", 0, "clarity", "accept"))
    app = open_page("annotate", **{"view": "audit", annotate_audit.BY: "generator"})
    (address,) = [link for link in links(app) if link.startswith("browse?factor=clarity")]
    assert "generator_a = 'left'" in address.replace("&#x27;", "'")


def test_audit_sets_labels_in_review_against_blind_ones(
    with_labels: Callable[..., Path],
) -> None:
    with_labels(
        lambda study: label(study, "anna", 0, "clarity", "accept"),
        lambda study: label(study, "ben", 1, "clarity", "correct", 1.0, mode=Mode.BLIND),
    )
    assert "Same blind" in shown(open_page("annotate", view="audit"))


def test_history_tells_who_when_from_to_why_how_and_what_stands(
    with_labels: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_labels(dispute, lambda study: label(study, CLEO, 0, "clarity", "adjudicate", 3.0))
    said: list[str] = []
    monkeypatch.setattr(label_history.tables, "table", lambda _, rows, caption: said.extend(rows))
    with Study.open(path) as study:
        label_history.draw(study, response_id(study, 0), "clarity")
    settled, ben, anna = said
    assert settled[1:4] == [CLEO, "5", "3"]
    assert settled[-1] == "in force"
    assert ben[1:5] == ["ben", "2", "5", "review"]
    assert [row[-1] for row in (ben, anna)] == ["settled since", "settled since"]


def test_history_of_what_nobody_labelled_says_so(
    with_labels: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(label_history.frame, "empty", lambda *words: said.extend(words))
    with Study.open(with_labels()) as study:
        label_history.draw(study, response_id(study, 0))
    assert "Nobody has labelled this response yet" in " ".join(said)


@pytest.mark.parametrize(
    ("note", "prompts", "words"),
    [
        ("", 40, ""),
        ("5 to 29 prompts: read with care", 21, "21 prompts: read with care"),
        ("every prompt says the same: no interval, p only from an exact sign test", 9, "the same"),
        ("", 3, "too few prompts for an interval (3)"),
    ],
)
def test_a_number_says_how_far_it_carries(note: str, prompts: int, words: str) -> None:
    assert words in rating_words.carries(note, prompts)
    assert bool(words) == bool(rating_words.carries(note, prompts))


def first(path: Path, response: int) -> str:
    with Study.open(path) as study:
        return response_id(study, response)


def history_of(path: Path, response: int, factor: str) -> tuple[object, ...]:
    with Study.open(path) as study:
        return history(study, response_id(study, response), factor)
