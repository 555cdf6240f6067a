"""The browse page: what its address asks for is what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.store.records import Batch
from profile_core.types import SourceKind
from tests.app_driver import open_page, shown
from tests.studies import A, B, empty_study, pairs_batch, write


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "study.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def demo(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILE_STUDY", str(demo_file))


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    return path


def test_an_empty_study_says_what_would_stand_here(study_file: Path) -> None:
    empty_study(study_file).close()
    app = open_page("browse")
    assert "Here stand the study's pairs" in shown(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Import data"]


@pytest.mark.usefixtures("demo")
def test_the_count_stands_in_one_sentence() -> None:
    said = shown(open_page("browse", task="summarization", setting="evaluation"))
    assert "48 of 1,584 pairs, summarization only, evaluation only, automatic labels" in said


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("relation", "count"), [("concordant", 63), ("discordant", 28), ("tied", 0)]
)
def test_a_relation_in_the_address_shows_exactly_its_pairs(relation: str, count: int) -> None:
    app = open_page(
        "browse",
        setting="evaluation",
        source="qwen2.5-coder-1.5b-instruct-q4",
        factor="length",
        relation=relation,
    )
    assert f"{count} of 1,584 pairs" in shown(app)
    assert ("No pair fits" in shown(app)) == (count == 0)


@pytest.mark.usefixtures("demo")
def test_next_and_previous_go_through_the_list() -> None:
    app = open_page("browse", source="claude", setting="evaluation", factor="length")
    first = shown(app)
    assert "Pair 1 of" in first
    steps = {button.label: button for button in app.button}
    assert steps["Previous"].disabled
    steps["Next"].click().run()
    assert "Pair 2 of" in shown(app)
    {button.label: button for button in app.button}["Previous"].click().run()
    assert shown(app) == first


@pytest.mark.usefixtures("demo")
def test_a_pair_in_the_address_is_opened_at_its_place() -> None:
    app = open_page("browse", setting="evaluation")
    next(button for button in app.button if button.label == "Next").click().run()
    pair_id = app.session_state["pair"]
    again = open_page("browse", setting="evaluation", pair=pair_id)
    assert "Pair 2 of 144" in shown(again)
    assert shown(again) == shown(app)
    elsewhere = open_page("browse", setting="generation", pair=pair_id)
    assert "is not among these" in shown(elsewhere)
    assert "Pair 1 of" in shown(elsewhere)


@pytest.mark.usefixtures("demo")
def test_a_number_goes_to_that_place() -> None:
    assert "Pair 144 of 144" in shown(open_page("browse", setting="evaluation", pair="144"))
    assert "Pair 1 of 144" in shown(open_page("browse", setting="evaluation", pair="145"))


@pytest.mark.usefixtures("demo")
def test_a_bad_condition_says_so_and_lists_the_columns() -> None:
    app = open_page("browse", where="lenght_a > 3")
    said = shown(app)
    assert "lenght_a" in said
    assert "length_a" in said
    assert "Pair 1 of" not in said


@pytest.mark.usefixtures("demo")
def test_an_example_shows_choices_reasons_orders_and_factors() -> None:
    said = shown(open_page("browse", setting="evaluation", source="smollm2-135m-instruct-q4"))
    for words in ("Who chose what, and why", "(flipped)", "ab: ", "Factors", "imported:claude"):
        assert words in said


@pytest.mark.usefixtures("demo")
def test_evidence_of_a_factor_is_marked_in_both_texts() -> None:
    app = open_page("browse", setting="evaluation", mark="novel_words")
    bodies = [element.proto.body for element in app.get("html")]
    assert sum("<mark>" in body for body in bodies) == 2


@pytest.mark.usefixtures("demo")
def test_search_says_what_it_keeps() -> None:
    said = shown(open_page("browse", q="girlfriend", setting="evaluation"))
    assert "with the words “girlfriend”" in said
    assert "of 1,584 pairs" in said


@pytest.mark.usefixtures("demo")
def test_values_that_mean_nothing_are_dropped_from_the_address() -> None:
    said = shown(open_page("browse", source="nobody", relation="married", sort="by weight"))
    assert "1,584 of 1,584 pairs" in said


def test_texts_and_names_from_data_are_never_markup(study_file: Path) -> None:
    hostile = "<script>alert(1)</script> $x^2$ ![](https://example.org/x.png) :red[no]"
    with empty_study(study_file) as study:
        batch = pairs_batch([(hostile, "fine"), ("fine too", hostile)], [A, B])
        judge = batch.add_source(SourceKind.JUDGE, hostile)
        for pair in batch.pairs:
            batch.add_preference(pair, judge, A, reason=hostile)
        write(study, batch)
        extract(study)
    app = open_page("browse")
    bodies = "\n".join(element.proto.body for element in app.get("html"))
    assert "<script>" not in bodies
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in bodies
    assert not app.markdown
    assert not any(hostile in element.label for element in (*app.button, *app.expander))


@pytest.mark.usefixtures("demo")
def test_the_list_shows_the_same_pairs_a_page_at_a_time() -> None:
    app = open_page("browse", setting="evaluation", sort="disagreement", view="list")
    assert "Pairs 1 to 100 of 144" in shown(app)
    (frame,) = app.dataframe
    assert list(frame.value["#"]) == list(range(1, 101))
    assert "chosen by claude" in frame.value.columns
    next(button for button in app.button if button.label == "Next").click().run()
    assert "Pairs 101 to 144 of 144" in shown(app)
    next(button for button in app.button if button.label == "Previous").click().run()
    assert "Pairs 1 to 100 of 144" in shown(app)


@pytest.mark.usefixtures("demo")
def test_what_a_link_asks_in_vain_is_said() -> None:
    app = open_page(
        "browse", task="<b>zzz", source="nobody", factor="length", relation="concordant"
    )
    said = shown(app)
    assert "task “<b>zzz”, which this study does not have; all tasks are shown." in said
    assert "source “nobody”, which this study does not have" in said
    assert "relation “concordant”, which is not one of a has more" in said
    assert not app.markdown
    assert "The link asks" not in shown(
        open_page("browse", task="summarization", sort="import order")
    )


def test_a_long_prompt_is_folded_after_its_first_words(study_file: Path) -> None:
    with empty_study(study_file) as study:
        batch = Batch("long", "rows.csv")
        prompt = batch.add_prompt(" ".join(f"word{place}" for place in range(60_000)))
        responses = [batch.add_response(prompt, body) for body in ("one two", "one")]
        batch.add_pair(prompt, *responses, "1", place="row 1")
        write(study, batch)
        extract(study)
    app = open_page("browse")
    assert [folded.label for folded in app.expander] == ["Whole prompt (60,000 words)"]
    assert "word299 …" in shown(app)
    assert shown(app).count("word300 ") == 1


def test_a_judge_of_one_factor_is_no_voice(study_file: Path) -> None:
    with empty_study(study_file) as study:
        batch = pairs_batch([("one two", "one")], [A])
        pair = next(iter(batch.pairs))
        for name, factors in (("gpt", []), ("gpt/factors@1/length", ["length"])):
            judge = batch.add_source(SourceKind.JUDGE, name, derived_from=factors)
            batch.add_preference(pair, judge, A if not factors else B)
        write(study, batch)
        extract(study)
    said = shown(open_page("browse", agreement="sources agree"))
    assert "1 of 1 pair" in said
    assert "of 2 sources" in said
    assert "gpt/factors@1/length" in said


def test_a_majority_is_no_voice_beside_its_people(study_file: Path) -> None:
    with empty_study(study_file) as study:
        batch = pairs_batch([("one two", "one")], [A])
        for name, choice in (("ann", A), ("ben", A), ("cyd", B)):
            person = batch.add_source(SourceKind.HUMAN, name)
            batch.add_preference(next(iter(batch.pairs)), person, choice)
        write(study, batch)
        extract(study)
    said = shown(open_page("browse"))
    assert "preferred by 2 of 3 sources, not counting the majority" in said
