"""The format `argilla`: records and settings out, annotated records in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from profile_core.actions.imports import import_file
from profile_core.errors import ImportRefused, ProfileError, UnknownName
from profile_core.formats.outside.items import shown_order
from profile_core.formats.outside.questions import question_name
from profile_core.formats.spec import ImportOptions
from profile_core.store import pair_wide
from profile_core.store.study import Study
from profile_core.types import LabelSet, SourceKind
from tests.cli_runs import as_json, ok, refused
from tests.outside_study import (
    EXTRACTOR,
    NASTY,
    ODD_NAME,
    ONLY_PAIRS,
    VALUES,
    labels,
    outside_study,
    read_in,
    records,
    rows,
    saved,
    state,
    write_out,
)
from tests.studies import empty_study, small_batch, write

Record = dict[str, Any]
ANN = "06f7d4c0-e048-43d2-ab3f-06f147616ac6"
BEN = "1d9f8c2e-0000-4000-8000-06f147616ac6"


@pytest.fixture
def study() -> Iterator[Study]:
    with outside_study() as study:
        yield study


@pytest.fixture
def response(study: Study, tmp_path: Path) -> Record:
    """The first response's record, as exported."""
    write_out(study, "argilla", tmp_path / "out", where=ONLY_PAIRS)
    return records(tmp_path / "out" / "responses" / "records.json")[0]


@pytest.fixture
def pair(study: Study, tmp_path: Path) -> Record:
    write_out(study, "argilla", tmp_path / "out_pairs")
    return records(tmp_path / "out_pairs" / "pairs" / "records.json")[0]


def answered(record: Record, user: str = ANN, /, **values: object) -> Record:
    """A record as `records.to_json` writes it, with one user's answers added."""
    record = deepcopy(record) | {"status": "completed", "_server_id": "x"}
    for name, value in values.items():
        record["responses"].setdefault(name, []).append({"value": value, "user_id": user})
    return record


# ------------------------------------------------------------------ out


def test_the_folder_is_what_the_tools_own_reader_takes(study: Study, tmp_path: Path) -> None:
    assert write_out(study, "argilla", tmp_path / "out", where=ONLY_PAIRS) == 6 + 3
    for part in ("responses", "pairs"):
        settings = json.loads((tmp_path / "out" / part / ".argilla/settings.json").read_text())
        dataset = json.loads((tmp_path / "out" / part / ".argilla/dataset.json").read_text())
        assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9 _-]*", dataset["name"])
        assert {"fields", "questions", "metadata", "vectors", "distribution"} <= set(settings)
        assert any(field["required"] for field in settings["fields"])
        assert any(question["required"] for question in settings["questions"])
        assert not any(field["settings"]["use_markdown"] for field in settings["fields"])
        names = [each["name"] for each in (*settings["fields"], *settings["questions"])]
        assert len(names) == len(set(names))
        assert all(re.fullmatch(r"(?=.*[a-z0-9])[a-z0-9_-]+", name) for name in names)
        for question in settings["questions"]:
            options = question["settings"].get("options")
            assert options is None or len(options) >= 2
        fields = {field["name"] for field in settings["fields"]}
        for record in records(tmp_path / "out" / part / "records.json"):
            assert set(record["fields"]) <= fields
            assert set(record["suggestions"]) <= set(names)


def test_automatic_values_go_out_as_suggestions_on_the_questions_scale(
    study: Study, tmp_path: Path, response: Record
) -> None:
    said = {name: each["value"] for name, each in response["suggestions"].items()}
    assert said == {
        "factor_clarity": "4",
        "factor_flaws": "0",
        "factor_civil": "yes",
        "factor_words": "not applicable",
        "factor_share": "0.30000000000000004",
        question_name(ODD_NAME): "-2.5",
    }
    settings = json.loads((tmp_path / "out/responses/.argilla/settings.json").read_text())
    for question in settings["questions"]:
        if "options" in question["settings"] and question["name"] in said:
            values = [option["value"] for option in question["settings"]["options"]]
            assert said[question["name"]] in values
            assert values[-2:] == ["not applicable", "can't tell"]
    (agent,) = {each["agent"] for each in response["suggestions"].values()}
    assert re.fullmatch(r"[a-zA-Z0-9\-_:./ ]+", agent)


def test_texts_go_out_as_they_are_and_nothing_tells_who_wrote_or_preferred(
    study: Study, tmp_path: Path, response: Record, pair: Record
) -> None:
    assert response["fields"]["prompt"].endswith(NASTY)
    assert {response["id"]} == {response["metadata"]["response_id"]}
    whole = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "out").rglob("*.json"))
    assert "secret" not in whole
    assert "judge" not in whole
    assert pair["suggestions"] == {}


def test_a_source_text_is_left_out_where_there_is_none(study: Study, tmp_path: Path) -> None:
    write_out(study, "argilla", tmp_path / "out")
    found = records(tmp_path / "out" / "responses" / "records.json")
    assert {"source_text" in record["fields"] for record in found} == {True, False}


def test_blind_records_show_no_values(study: Study, tmp_path: Path) -> None:
    write_out(study, "argilla", tmp_path / "out", blind=True, where=ONLY_PAIRS)
    found = records(tmp_path / "out" / "responses" / "records.json")
    assert [record["suggestions"] for record in found] == [{}] * 6
    assert EXTRACTOR not in (tmp_path / "out" / "responses" / "records.json").read_text()


def test_factors_can_be_named_and_those_of_rules_are_left_out_otherwise(
    study: Study, tmp_path: Path, response: Record
) -> None:
    assert "factor_length" not in response["suggestions"]
    write_out(study, "argilla", tmp_path / "named", factors=("length", "clarity"))
    found = records(tmp_path / "named" / "responses" / "records.json")
    assert {name for record in found for name in record["suggestions"]} == {
        "factor_length",
        "factor_clarity",
    }
    with pytest.raises(UnknownName, match="did you mean clarity"):
        write_out(study, "argilla", tmp_path / "no", factors=("clarty",))
    assert not (tmp_path / "no").exists()


def test_a_filter_keeps_its_pairs_and_their_responses(study: Study, tmp_path: Path) -> None:
    (one,) = rows(study, "SELECT pair_id FROM pair WHERE setting = 'evaluation' LIMIT 1")
    assert write_out(study, "argilla", tmp_path / "out", where=f"pair_id = '{one[0]}'") == 3
    assert write_out(study, "argilla", tmp_path / "none", where="clarity_a > 5") == 0
    assert records(tmp_path / "none" / "responses" / "records.json") == []


def test_pairs_of_score_levels_are_labelled_but_not_judged(study: Study, tmp_path: Path) -> None:
    only = "setting = 'generation'"
    assert write_out(study, "argilla", tmp_path / "out", where=only) == 3
    assert records(tmp_path / "out" / "pairs" / "records.json") == []


def test_without_measured_factors_only_pairs_go_out(tmp_path: Path) -> None:
    with empty_study() as study:
        write(study, small_batch())
        assert write_out(study, "argilla", tmp_path / "out") == 4
    assert not (tmp_path / "out" / "responses").exists()


def test_a_folder_of_something_else_is_left_alone(study: Study, tmp_path: Path) -> None:
    (tmp_path / "out" / "responses").mkdir(parents=True)
    (tmp_path / "out" / "responses" / "thesis.txt").write_text("mine")
    with pytest.raises(ProfileError, match=r"responses/thesis\.txt.*another folder"):
        write_out(study, "argilla", tmp_path / "out")
    write_out(study, "argilla", tmp_path / "again")
    assert write_out(study, "argilla", tmp_path / "again") == 12


# ------------------------------------------------------------------ in


def test_answers_come_back_as_labels(study: Study, tmp_path: Path, response: Record) -> None:
    record = answered(
        response,
        factor_clarity="2",
        factor_flaws="0",
        factor_civil="no",
        factor_words="12",
        factor_share="can't tell",
        note="hard to say",
        **{question_name(ODD_NAME): "not applicable"},
    )
    path = saved(tmp_path / "back.json", [record])
    done = read_in(study, "argilla", path, **{ANN: "anna"})
    assert (done.corrections, done.preferences, done.warnings) == (6, 0, ())
    assert labels(study) == {
        ("anna", "clarity"): ("correct", 2.0, "review", 4.0, EXTRACTOR),
        ("anna", "flaws"): ("accept", 0.0, "review", 0.0, EXTRACTOR),
        ("anna", "civil"): ("correct", 0.0, "review", 1.0, EXTRACTOR),
        ("anna", "words"): ("correct", 12.0, "review", None, EXTRACTOR),
        ("anna", "share"): ("cannot_tell", None, "review", 0.1 + 0.2, EXTRACTOR),
        ("anna", ODD_NAME): ("correct", None, "review", -2.5, EXTRACTOR),
    }
    stored = rows(
        study, "SELECT DISTINCT response_id, note, extractor_version, queue FROM correction"
    )
    assert stored == [(response["id"], "hard to say", "1", None)]
    assert rows(study, "SELECT count(*) FROM corrected_value") == [(5,)]


def test_every_suggestion_comes_back_accepted(
    study: Study, tmp_path: Path, response: Record
) -> None:
    said = {name: each["value"] for name, each in response["suggestions"].items()}
    read_in(study, "argilla", saved(tmp_path / "b.json", [answered(response, **said)]))
    assert {found[0] for found in labels(study).values()} == {"accept"}
    assert {factor: found[1] for (_, factor), found in labels(study).items()} == VALUES


def test_records_without_suggestions_are_blind_and_keep_the_automatic_value(
    study: Study, tmp_path: Path
) -> None:
    write_out(study, "argilla", tmp_path / "out", blind=True, where=ONLY_PAIRS)
    record = records(tmp_path / "out" / "responses" / "records.json")[0]
    path = saved(tmp_path / "b.json", [answered(record, factor_clarity="4")])
    read_in(study, "argilla", path, **{ANN: "anna"})
    assert labels(study) == {("anna", "clarity"): ("correct", 4.0, "blind", 4.0, EXTRACTOR)}


@pytest.mark.parametrize(
    "responses",
    [
        {"factor_clarity": [{"value": 2, "user_id": ANN}]},
        [{"question_name": "factor_clarity", "value": 2, "user_id": ANN}],
        [{"question_name": "clarity", "value": 2, "user_id": ANN, "status": "submitted"}],
        [{"values": {"factor_clarity": {"value": 2}}, "user_id": ANN, "status": "submitted"}],
        [
            {
                "values": {"factor_clarity": {"value": 2}},
                "user_id": ANN,
                "status": "submitted",
                "updated_at": "2025-03-09T22:16:08.728353",
            }
        ],
    ],
)
def test_every_way_to_write_answers_is_read(
    study: Study, tmp_path: Path, response: Record, responses: object
) -> None:
    path = saved(tmp_path / "b.json", [response | {"responses": responses}])
    for added in (1, 0):
        assert read_in(study, "argilla", path, **{ANN: "anna"}).corrections == added
    assert labels(study)["anna", "clarity"][1] == 2.0


def test_suggestions_may_be_a_list(study: Study, tmp_path: Path, response: Record) -> None:
    record = answered(response, factor_clarity=3)
    record["suggestions"] = [{"question_name": "factor_clarity", "value": 3, "agent": "other"}]
    read_in(study, "argilla", saved(tmp_path / "b.json", [record]), **{ANN: "anna"})
    assert labels(study)["anna", "clarity"] == ("accept", 3.0, "review", 3.0, "other")


def test_several_annotators_have_one_act_each(
    study: Study, tmp_path: Path, response: Record
) -> None:
    record = answered(answered(response, factor_clarity="2"), BEN, factor_clarity="3")
    read_in(study, "argilla", saved(tmp_path / "b.json", [record]), **{ANN: "anna", BEN: "ben"})
    assert {who: found[1] for (who, _), found in labels(study).items()} == {"anna": 2, "ben": 3}
    assert rows(study, "SELECT annotator, action FROM act ORDER BY annotator") == [
        ("anna", "import"),
        ("ben", "import"),
    ]


@pytest.mark.parametrize("said", ["first", "second", "tie", "can't tell"])
def test_preferences_come_back_by_the_order_that_was_shown(
    study: Study, tmp_path: Path, pair: Record, said: str
) -> None:
    order = pair["metadata"]["shown_order"]
    texts = rows(
        study,
        "SELECT side_a.text, side_b.text FROM pair "
        "JOIN response AS side_a ON side_a.response_id = response_a "
        "JOIN response AS side_b ON side_b.response_id = response_b "
        f"WHERE pair_id = '{pair['id']}'",
    )[0]
    shown = (pair["fields"]["first"], pair["fields"]["second"])
    assert shown == (texts if order == "ab" else texts[::-1])
    path = saved(
        tmp_path / "b.json", [answered(pair, preference=said, strength="3", reason="shorter")]
    )
    before = study.versions()
    assert read_in(study, "argilla", path, **{ANN: "anna"}).preferences == 1
    found = rows(
        study,
        "SELECT choice, status, shown_order, strength, reason, mode, annotator "
        "FROM standing_preference WHERE source_id = 'human:anna'",
    )[0]
    place = {"first": 0, "second": 1}.get(said)
    chosen = order[place] if place is not None else {"tie": "tie"}.get(said)
    status = "valid" if chosen else "abstained"
    strength = 3 if chosen else None
    assert found == (chosen, status, order, strength, "shorter", "blind", "anna")
    after = study.versions()
    assert (after.data, after.corrections) == (before.data + 1, before.corrections + 1)
    sources = pair_wide.ensure(study, LabelSet.AUTOMATIC).sources
    assert ("anna", SourceKind.HUMAN) in {(each.name, each.kind) for each in sources}
    assert read_in(study, "argilla", path, **{ANN: "anna"}).already_present == 1


def test_both_orders_are_drawn(study: Study) -> None:
    assert {shown_order(str(number)) for number in range(20)} == {"ab", "ba"}


def test_a_folder_comes_in_as_it_went_out(
    study: Study, tmp_path: Path, response: Record, pair: Record
) -> None:
    saved(tmp_path / "out/responses/records.json", [answered(response, factor_clarity="2")])
    saved(tmp_path / "out/pairs/records.json", [answered(pair, preference="tie")])
    done = read_in(study, "argilla", tmp_path / "out", **{ANN: "anna"})
    assert (done.corrections, done.preferences) == (1, 1)


def test_importing_twice_adds_nothing_and_a_change_of_mind_adds_one(
    study: Study, tmp_path: Path, response: Record
) -> None:
    path = saved(tmp_path / "b.json", [answered(response, factor_clarity="2", factor_words="3")])
    read_in(study, "argilla", path, **{ANN: "anna"})
    before = state(study)
    again = read_in(study, "argilla", path, **{ANN: "anna"})
    assert (again.corrections, again.already_present) == (0, 2)
    assert state(study) == before
    saved(path, [answered(response, factor_clarity="3", factor_words="3")])
    assert read_in(study, "argilla", path, **{ANN: "anna"}).corrections == 1
    assert labels(study)["anna", "clarity"][1] == 3.0


def test_a_dry_run_writes_nothing(study: Study, tmp_path: Path, pair: Record) -> None:
    path = saved(tmp_path / "b.json", [answered(pair, preference="first")])
    before = state(study)
    trial = read_in(study, "argilla", path, dry_run=True, **{ANN: "anna"})
    assert trial.preferences == 1
    assert state(study) == before
    assert read_in(study, "argilla", path, **{ANN: "anna"}) == trial


def test_what_was_not_handed_in_is_left_out_and_told(
    study: Study, tmp_path: Path, response: Record
) -> None:
    drafts = [
        {"question_name": "factor_clarity", "value": 2, "user_id": ANN, "status": "draft"},
        {"question_name": "factor_clarity", "value": 2, "user_id": BEN, "status": "discarded"},
    ]
    found = [
        response | {"responses": drafts},
        answered(response, factor_clarity="2") | {"status": "pending"},
    ]
    done = read_in(study, "argilla", saved(tmp_path / "b.json", found))
    assert done.corrections == 0
    assert "3 answers were left out" in done.warnings[0]
    assert "no record of the file has an answer yet" in done.warnings


def test_what_is_not_read_is_told(study: Study, tmp_path: Path, response: Record) -> None:
    path = saved(tmp_path / "b.json", [answered(response, factor_clarity="2", mood="fine")])
    done = read_in(study, "argilla", path)
    assert done.corrections == 1
    assert any("'mood' was not read (1 answers)" in warning for warning in done.warnings)
    assert any(ANN in warning and "--map ID=NAME" in warning for warning in done.warnings)


def test_an_export_that_nobody_annotated_adds_nothing(
    study: Study, tmp_path: Path, response: Record
) -> None:
    done = read_in(study, "argilla", tmp_path / "out")
    assert done.corrections == 0
    assert done.warnings == ("no record of the file has an answer yet",)


# ------------------------------------------------------------------ refused

Change = Callable[[Record, Record], object]


def of_response(**values: object) -> Change:
    return lambda response, pair: [answered(response, **values)]


def of_pair(**values: object) -> Change:
    return lambda response, pair: [answered(pair, preference="first") | values]


def given(**entry: object) -> Change:
    answer = {"question_name": "factor_clarity", "value": "2", "user_id": ANN} | entry
    return lambda response, pair: [response | {"responses": [answer]}]


WRONG: dict[str, tuple[Change, str]] = {
    "no such response": (
        lambda response, pair: [
            answered(response, factor_clarity="2") | {"metadata": {"response_id": "r9"}}],
        "row 1, column 'metadata.response_id': the study has no such response; found 'r9'"),
    "no such response by id": (
        lambda response, pair: [
            answered(response, factor_clarity="2") | {"metadata": {}, "id": "r9"}],
        "row 1, column 'id': the study has no such response"),
    "no id": (
        lambda response, pair: [
            answered(response, factor_clarity="2") | {"metadata": None, "id": None}],
        "column 'id': not a text"),
    "no such pair": (of_pair(metadata={"pair_id": "p9"}), "no such pair; found 'p9'"),
    "a pair in no order": (
        lambda response, pair: [
            answered(pair, preference="first") | {"metadata": {"pair_id": pair["id"]}}],
        "column 'shown_order': in which order.*expected ab or ba"),
    "a preference for nothing": (
        lambda response, pair: [answered(pair, preference="left")],
        r"column 'responses.preference\[0\].value': is no answer; found 'left'.*first, second"),
    "a preference by number": (
        lambda response, pair: [answered(pair, preference=1)], "is no answer; found 1"),
    "a strength past three": (
        lambda response, pair: [answered(pair, preference="first", strength="4")],
        r"column 'responses.strength\[0\].value': is no strength"),
    "a factor that is not there": (
        of_response(factor_clarty="2"), "no such factor; found 'factor_clarty'.*did you mean clar"),
    "a value past the scale": (
        of_response(factor_clarity="6"), r"row 1, column 'responses.factor_clarity\[0\].value'.*6"),
    "a value between two": (of_response(factor_clarity="2.5"), "off the factor's scale"),
    "a value in words": (of_response(factor_words="many"), "is not a number; found 'many'"),
    "a negative count": (of_response(factor_words="-1"), "off the factor's scale"),
    "a truth for a number": (of_response(factor_words=True), "is no answer; found True"),
    "an empty text": (of_response(factor_words=" "), "is not a number|is no answer"),
    "a list": (of_response(factor_clarity=["2"]), "is not a number"),
    "a note of another kind": (of_response(factor_clarity="2", note=["x"]), "nested"),
    "an answer of nobody": (given(user_id=None), "column 'responses.*user_id': not a text"),
    "an answer of an empty name": (given(user_id=" "), "user_id': the text is empty"),
    "an answer with an unknown status": (given(status="lost"), "found 'lost'.*one of \"submitted"),
    "an answer without a value": (
        lambda response, pair: [
            response | {"responses": {"factor_clarity": [{"user_id": ANN}]}}],
        r"column 'responses.factor_clarity\[0\].value': the column is missing"),
    "an answer to nothing": (given(question_name=None), "question_name': not a text"),
    "an answer from the future": (
        lambda response, pair: [response | {"responses": [{
            "values": {"factor_clarity": {"value": 2}}, "user_id": ANN, "status": "submitted",
            "updated_at": "2999-01-01T00:00:00"}]}],
        "column 'responses.updated_at': lies in the future"),
    "two answers of one user": (
        lambda response, pair: [answered(answered(response, factor_clarity="2"),
            factor_clarity="3")],
        "a second, different answer of the same user to 'factor_clarity'"),
    "two records of one response": (
        lambda response, pair: [
            answered(response, factor_clarity="2"), answered(response, factor_clarity="3")],
        "row 2: this contradicts row 1"),
    "answers that are no list": (
        lambda response, pair: [response | {"responses": {"factor_clarity": "2"}}],
        "column 'responses.factor_clarity': not a list"),
    "answers that are a text": (
        lambda response, pair: [response | {"responses": "2"}],
        "column 'responses': not a JSON object"),
    "suggestions that are a text": (
        lambda response, pair: [response | {"suggestions": "2"}],
        "column 'suggestions': not a JSON object"),
    "a suggestion without a value": (
        lambda response, pair: [
            answered(response, factor_clarity="2")
            | {"suggestions": {"factor_clarity": {"agent": "x"}}}],
        "column 'suggestions.factor_clarity.value': the column is missing"),
    "a suggestion off the scale": (
        lambda response, pair: [
            answered(response, factor_clarity="2")
            | {"suggestions": {"factor_clarity": {"value": "9"}}}],
        "column 'suggestions.factor_clarity.value'.*off the factor's scale"),
    "metadata that is a list": (
        lambda response, pair: [response | {"metadata": []}],
        "column 'metadata': not a JSON object"),
    "a record that is a list": (lambda response, pair: [[]], "row 1: not a JSON object"),
    "no records": (lambda response, pair: [], "no rows"),
    "no JSON": (lambda response, pair: None, "not a JSON object"),
}  # fmt: skip


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Study, Record, Record]]:
    """A study that no case may change, with a response's record and a pair's."""
    out = tmp_path_factory.mktemp("argilla") / "out"
    with outside_study() as study:
        write_out(study, "argilla", out, where=ONLY_PAIRS)
        first = [records(out / part / "records.json")[0] for part in ("responses", "pairs")]
        yield study, first[0], first[1]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_records_are_refused_whole(
    untouched: tuple[Study, Record, Record], tmp_path: Path, name: str
) -> None:
    study, response, pair = untouched
    make, says = WRONG[name]
    path = saved(tmp_path / "back.json", make(response, pair))  # type: ignore[arg-type]
    before = state(study)
    with pytest.raises(ImportRefused, match=says) as refused_file:
        read_in(study, "argilla", path, **{ANN: "anna"})
    message = str(refused_file.value)
    assert message.startswith("back.json")
    assert message.endswith("Nothing was imported.")
    assert state(study) == before


def test_a_late_error_undoes_what_came_before(
    study: Study, tmp_path: Path, response: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profile_core.formats.outside.answers._CHUNK", 1)
    found = [answered(response, factor_clarity="2"), answered(response, BEN, factor_clarity="9")]
    before = state(study)
    with pytest.raises(ImportRefused, match="row 2"):
        read_in(study, "argilla", saved(tmp_path / "b.json", found), **{ANN: "anna"})
    assert state(study) == before


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (ImportOptions(mapping={"x": "anna"}), "--map: no annotator named 'x'"),
        (ImportOptions(mapping={ANN: "annotators"}), "all annotators together"),
        (ImportOptions(values={"a": "1"}), "--values and --kind do not apply"),
        (ImportOptions(kinds={"a": SourceKind.HUMAN}), "--values and --kind do not apply"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    study: Study, tmp_path: Path, response: Record, told: ImportOptions, says: str
) -> None:
    path = saved(tmp_path / "b.json", [answered(response, factor_clarity="2")])
    before = state(study)
    with pytest.raises(ImportRefused, match=says):
        import_file(study, "argilla", path, told)
    assert state(study) == before


def test_a_name_under_which_verdicts_were_imported_is_refused(
    study: Study, tmp_path: Path, pair: Record
) -> None:
    verdicts = tmp_path / "v.csv"
    verdicts.write_text(f"pair_id,source,choice\n{pair['id']},anna,a\n", encoding="utf-8")
    import_file(study, "verdicts", verdicts, ImportOptions(kinds={"anna": SourceKind.HUMAN}))
    path = saved(tmp_path / "b.json", [answered(pair, preference="first")])
    before = state(study)
    with pytest.raises(ImportRefused, match=r"imported preferences of 'anna'.*another name"):
        read_in(study, "argilla", path, **{ANN: "anna"})
    assert state(study) == before


def test_a_folder_without_records_is_refused(study: Study, tmp_path: Path) -> None:
    (tmp_path / "empty" / ".argilla").mkdir(parents=True)
    (tmp_path / "empty" / ".argilla" / "settings.json").write_text("{}")
    with pytest.raises(ImportRefused, match="holds no JSON file"):
        read_in(study, "argilla", tmp_path / "empty")


# ------------------------------------------------------------------ the command line


def test_the_commands_go_out_and_back(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with empty_study(path) as study:
        write(study, small_batch())
    done = as_json("export", "argilla", tmp_path / "out", "--study", path, "--blind")
    assert done["records"] == 4
    assert all(Path(file).is_file() for file in done["written"])
    found = records(tmp_path / "out" / "pairs" / "records.json")
    back = saved(tmp_path / "b.json", [answered(each, preference="first") for each in found])
    told = ("--study", path, "--map", f"{ANN}=anna")
    trial = as_json("import", "argilla", back, *told, "--dry-run")
    assert (trial["preferences"], trial["corrections"]) == (4, 0)
    assert as_json("import", "argilla", back, *told) == trial
    again = ok("import", "argilla", back, *told)
    assert "nothing new: all 4 rows were already there" in again.stderr
    saved(back, [answered(found[0], preference="left")])
    assert "row 1" in refused("import", "argilla", back, *told)
    assert "not for tables" in refused("export", "tables", tmp_path / "t", "--study", path,
        "--blind")  # fmt: skip
    listed = {row["name"]: row["direction"] for row in as_json("formats")}
    assert listed["argilla"] == listed["label-studio"] == "import and export"
    assert listed["corrections"] == "import and export"
