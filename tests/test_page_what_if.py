"""The what-if page: scenarios composed, opened, saved and compared, each number with its pairs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.analysis import saved_scenarios
from profile_core.analysis.scenario import Equalised, Scenario, Weights, to_json
from profile_core.analysis.what_if import what_if
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import LabelSet, SourceKind, Variant
from tests.app_driver import open_page, shown
from tests.studies import A, B, empty_study, pairs_batch, write

LENGTH_8 = {"what_if.matched": "length", "what_if.band.length": "8"}


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "study.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def demo(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROFILE_STUDY", str(demo_file))
    return demo_file


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    return path


def study_of(app: Any) -> Study:
    """The study that the page has open: no other may open the same file."""
    from profile_core.ui import resources

    return resources.study()


def tables_of(app: Any) -> list[str]:
    bodies = [element.proto.body for element in app.get("html")]
    return [body for body in bodies if "<table" in body]


def rows_of(table: str) -> dict[str, list[str]]:
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]
    return {row[0]: row[1:] for row in rows if row}


def links_of(table: str) -> list[dict[str, str]]:
    addresses = re.findall(r'href="(browse\?[^"]*)"', table)
    return [dict(parse_qsl(urlsplit(address.replace("&amp;", "&")).query)) for address in addresses]


def address(app: Any) -> dict[str, str]:
    """What the page's address says, of each name its last value."""
    said = dict(app.query_params.items())
    return {
        name: value if isinstance(value, str) else value[-1]
        for name, value in said.items()
        if name != "page"
    }


def main_table(app: Any) -> str:
    return next(table for table in tables_of(app) if "Difference" in table)


def test_without_pairs_the_page_says_why_it_is_empty(study_file: Path) -> None:
    empty_study(study_file).close()
    assert "the study has no choices yet" in shown(open_page("what_if"))


@pytest.mark.usefixtures("demo")
def test_as_it_stands_both_sides_are_the_same() -> None:
    said = shown(open_page("what_if"))
    assert "Both sides are the same, 1,584 of 1,584 pairs (48 prompts)." in said
    assert "Scenario: everything as it is" in said


@pytest.mark.usefixtures("demo")
def test_the_answer_stands_first_and_is_the_analysis_own() -> None:
    app = open_page("what_if", **LENGTH_8)
    found = what_if(
        study_of(app),
        Scenario(equalised=(Equalised("length", 8.0),)),
        alignment=False,
        win_rates=False,
    )
    said = shown(app)
    assert found.sentence in " ".join(said.split())
    assert said.index(found.sentence[:40]) < said.index("The numbers")


@pytest.mark.usefixtures("demo")
def test_every_number_of_the_table_is_the_analysis_own() -> None:
    app = open_page("what_if", **LENGTH_8)
    found = what_if(
        study_of(app),
        Scenario(equalised=(Equalised("length", 8.0),)),
        alignment=False,
        win_rates=False,
    )
    cells = rows_of(main_table(app))["Intent alignment"]
    before, after = (
        next(
            row
            for row in side.rows
            if (row.source, str(row.setting), row.factor)
            == ("claude", "evaluation", "intent_align")
        )
        for side in (found.baseline, found.result)
    )
    change = next(
        row
        for row in found.differences
        if (row.source, str(row.setting), row.factor) == ("claude", "evaluation", "intent_align")
    )
    assert cells[0] == numbers.with_interval(before.tau, before.low, before.high)
    assert cells[1] == str(before.pairs)
    assert cells[2] == numbers.with_interval(after.tau, after.low, after.high)
    assert cells[3] == str(after.pairs)
    assert numbers.decimal(change.difference, signed=True) in cells[5]
    assert cells[6] == numbers.probability(change.q)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "params",
    [
        LENGTH_8,
        {"what_if.task": "summarization", "what_if.where": "length_a > 20"},
        {"what_if.labels": "corrected", "what_if.setting": "evaluation"},
        {"what_if.modelled": "length"},
        {"what_if.modelled": "length", "what_if.of": "qwen2.5-coder-1.5b-instruct-q4 · generation"},
        {
            "what_if.weigh": "task",
            "what_if.share.document_qa": "40",
            "what_if.share.helpful_response": "60",
        },
    ],
)
def test_every_count_opens_exactly_its_pairs(params: dict[str, str]) -> None:
    app = open_page("what_if", **params)
    for table in tables_of(app):
        links = links_of(table)
        counts = re.findall(r'href="browse\?[^"]*"[^>]*>(?:<bdi[^>]*>)?([\d,]+)<', table)
        assert len(links) == len(counts)
        for place in {0, 1, 3, len(links) // 2, len(links) - 1} & set(range(len(links))):
            opened = shown(open_page("browse", **links[place]))
            assert f"{counts[place]} of 1,584 pairs" in opened, links[place]


@pytest.mark.usefixtures("demo")
def test_scenarios_of_one_click_set_the_widgets_and_can_be_taken_back() -> None:
    app = open_page("what_if")
    button = next(b for b in app.button if "length were equal" in b.label)
    button.click().run()
    assert not app.exception
    assert "length held equal by a model" in shown(app)
    assert address(app)["what_if.modelled"] == "length"
    next(b for b in app.button if b.label == "As it stands").click().run()
    assert "Both sides are the same" in shown(app)
    assert "what_if.modelled" not in app.query_params


@pytest.mark.usefixtures("demo")
def test_a_slider_moves_the_scenario() -> None:
    app = open_page("what_if", **{"what_if.matched": "length"})
    app.slider(key="what_if.band.length").set_value(20.0).run()
    assert "length matched within 20" in shown(app)


@pytest.mark.usefixtures("demo")
def test_a_mix_by_sliders_weighs_pairs_and_stands_at_first_where_the_pairs_do() -> None:
    app = open_page("what_if", **{"what_if.weigh": "task"})
    assert "Both sides are the same" in shown(app)
    app.slider(key="what_if.share.summarization").set_value(80.0).run()
    assert "weighted by task" in shown(app)


@pytest.mark.usefixtures("demo")
def test_a_mix_of_nothing_is_refused_in_words() -> None:
    app = open_page("what_if", **{"what_if.weigh": "task"})
    for value in ("document_qa", "helpful_response", "summarization"):
        app.slider(key=f"what_if.share.{value}").set_value(0.0)
    app.run()
    assert "Every share is 0" in shown(app)


FULL = Scenario(
    where="setting = 'evaluation' AND length_a > 10",
    labels=LabelSet.CORRECTED,
    equalised=(Equalised("length", 12.0),),
    dropped=("bold_spans",),
    sources=("claude",),
    variant=Variant.TAU13,
    weights=Weights("task", (("summarization", 2.0),)),
)


@pytest.mark.usefixtures("demo")
def test_a_link_that_holds_a_scenario_opens_it_whole() -> None:
    app = open_page("what_if", **{"what_if.definition": to_json(FULL)})
    said = shown(app)
    for part in (
        "setting = 'evaluation' AND length_a > 10",
        "corrected labels",
        "length matched within 12",
        "without bold_spans",
        "only claude",
        "as tau13",
        "weighted by task",
    ):
        assert part in said
    assert "what_if.definition" not in app.query_params
    found = what_if(study_of(app), FULL, alignment=False, win_rates=False)
    row = next(r for r in found.result.rows if r.factor == "length")
    cells = rows_of(main_table(app))["Length"]
    assert cells[2] == numbers.with_interval(row.tau, row.low, row.high)
    # what the widgets say now is the address: opening that shows the same
    again = address(app)
    lists = {"what_if.sources", "what_if.matched", "what_if.drop"}
    assert lists <= set(again)
    assert rows_of(main_table(open_page("what_if", **again))) == rows_of(main_table(app))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"what_if.definition": "{not json"}, "is not JSON"),
        ({"what_if.definition": json.dumps({"nonsense": 1})}, "has no field"),
        ({"what_if.saved": "nobody saved this"}, "saved scenario"),
        ({"what_if.where": "sniff_csv('x') = 1"}, "not allowed"),
        ({"what_if.matched": "wit"}, "which this study does not have"),
        ({"what_if.labels": "reviewed-only"}, "labels"),
        ({"what_if.modelled": "length", "what_if.variant": "τ13"}, "tau14 alone"),
    ],
)
def test_what_a_link_asks_in_vain_is_said(params: dict[str, str], words: str) -> None:
    assert words in shown(open_page("what_if", **params))


@pytest.mark.usefixtures("demo")
def test_too_few_prompts_are_said_instead_of_a_conclusion() -> None:
    app = open_page("what_if", **{"what_if.where": "length_a > 150"})
    assert "Too little is left to tell whether anything changes" in shown(app)


def test_saving_opening_duplicating_deleting_and_taking_that_back(
    demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.duckdb"
    own.write_bytes(demo_file.read_bytes())
    monkeypatch.setenv("PROFILE_STUDY", str(own))
    app = open_page("what_if", **LENGTH_8)
    app.text_input(key="what-if-name").set_value("Alike in length")
    app.text_area(key="what-if-description").set_value("is it length?")
    app.button(key="what-if-save-now").click().run()
    assert "Saved as “Alike in length”" in shown(app)
    (saved,) = saved_scenarios.saved(study_of(app))
    assert saved.scenario == Scenario(equalised=(Equalised("length", 8.0),))

    opened = open_page("what_if", **{"what_if.saved": "Alike in length"})
    assert rows_of(main_table(opened)) == rows_of(main_table(app))
    assert "what_if.saved" not in opened.query_params

    app.button(key="what-if-save-now").click().run()
    assert "a scenario needs a name" in shown(app).lower()

    app = open_page("what_if", **{"what_if.view": "saved scenarios"})
    assert "is it length?" in shown(app)
    app.button(key=f"duplicate-{saved.id}").click().run()
    assert "Alike in length (copy)" in shown(app)
    app.button(key=f"delete-{saved.id}").click().run()
    assert "Deleted “Alike in length”." in shown(app)
    assert len(saved_scenarios.saved(study_of(app))) == 1
    app.button(key="what-if-undo").click().run()
    assert saved_scenarios.find(study_of(app), saved.id) == saved
    assert len(saved_scenarios.saved(study_of(app))) == 2

    app = open_page(
        "what_if",
        **{"what_if.view": "saved scenarios", "what_if.beside": "Alike in length"},
    )
    table = next(table for table in tables_of(app) if "As it stands" in table)
    assert rows_of(table)["Length"]
    compared = open_page("what_if", **{"what_if.baseline": "Alike in length"})
    assert "Baseline: length matched within 8" in shown(compared)


@pytest.mark.usefixtures("demo")
def test_one_pair_moves_with_a_factor_and_adds_up() -> None:
    app = open_page(
        "what_if",
        **{
            "what_if.view": "one pair",
            "what_if.setting": "evaluation",
            "what_if.change": "length",
        },
    )
    assert "the models expect claude to choose" in shown(app)
    slider = next(s for s in app.slider if s.label == "length of a")
    slider.set_value(slider.max).run()
    said = shown(app)
    assert "With length of a at" in said
    assert "Most of all" in said
    table = rows_of(next(t for t in tables_of(app) if "Together" in t))
    for column in (3, 4):
        parts = [
            float(cells[column].replace("−", "-"))
            for name, cells in table.items()
            if name != "Together"
        ]
        total = float(table["Together"][column].replace("−", "-"))
        assert sum(parts) == pytest.approx(total, abs=0.01 * len(parts))


def test_hostile_names_are_only_text(study_file: Path) -> None:
    hostile = "<img src=x onerror=alert(1)> $x$ ![](https://example.org/x.png)"
    texts = [("one two three four", "one")] * 40
    with empty_study(study_file) as study:
        batch = pairs_batch(texts, [A] * 20 + [B] * 20)
        judge = batch.add_source(SourceKind.JUDGE, hostile)
        for pair in batch.pairs:
            batch.add_preference(pair, judge, A)
        write(study, batch)
        extract(study)
        saved_scenarios.save(study, hostile, Scenario(sources=(hostile,)), description=hostile)
    for params in (
        {},
        {"what_if.view": "saved scenarios", "what_if.beside": hostile},
        {"what_if.saved": hostile},
        {"what_if.view": "one pair"},
    ):
        app = open_page("what_if", **params)
        bodies = "\n".join(element.proto.body for element in app.get("html"))
        assert "<img" not in bodies
        assert not app.markdown
        assert not any("<img" in button.label for button in app.button)
