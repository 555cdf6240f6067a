"""The influence page: the answer in words, the numbers, and the way from each to its pairs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.types import SourceKind
from tests.app_driver import open_page, shown
from tests.studies import TIE, A, B, empty_study, pairs_batch, write


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


def rows_of(app: Any) -> dict[str, list[str]]:
    """The cells of the page's table, by the first one."""
    bodies = [element.proto.body for element in app.get("html")]
    (table,) = (body for body in bodies if "<table" in body and "Every count" in body)
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]
    return {row[0]: row[1:] for row in rows if row}


def links_of(app: Any) -> list[dict[str, str]]:
    bodies = "\n".join(element.proto.body for element in app.get("html"))
    addresses = re.findall(r'href="(browse\?[^"]*)"', bodies)
    return [dict(parse_qsl(urlsplit(address.replace("&amp;", "&")).query)) for address in addresses]


def test_without_pairs_the_page_says_why_it_is_empty(study_file: Path) -> None:
    empty_study(study_file).close()
    said = shown(open_page("influence"))
    assert "There is nothing to show: the study has no pairs" in said


@pytest.mark.usefixtures("demo")
def test_the_answer_stands_first_and_the_reference_is_called_a_stand_in() -> None:
    said = shown(open_page("influence"))
    assert said.index("choices go with") < said.index("The numbers")
    assert "is used as a stand-in: a model, not people" in said
    assert "1,584 of 1,584 pairs, automatic labels" in said


def test_pandalm_shows_the_published_numbers_and_opens_their_pairs(
    shared_data: Path, study_file: Path
) -> None:
    with empty_study(study_file) as study:
        import_file(study, "pandalm", shared_data / "pandalm")
        extract(study)
    app = open_page("influence", **{"influence.factor": "length"})
    length = rows_of(app)["Length"]
    assert length[:7] == ["0.35 [0.24, 0.45]", "578", "269", "47", "0", "894", "158"]
    assert "rules" in length
    labels = [button.label for button in app.button]
    assert {"Open 578 concordant pairs", "Open 269 discordant pairs", "Open 47 tied pairs"} <= set(
        labels
    )
    link = {"source": "human", "factor": "length", "setting": "evaluation"}
    assert {**link, "relation": "concordant"} in links_of(app)
    opened = open_page("browse", **link, relation="concordant")
    assert "578 of 999 pairs" in shown(opened)


@pytest.mark.usefixtures("demo")
def test_links_to_pairs_carry_the_pages_filters() -> None:
    app = open_page(
        "influence", **{"influence.task": "summarization", "influence.where": "length_a > 20"}
    )
    links = links_of(app)
    assert links
    assert all(link["task"] == "summarization" for link in links)
    assert all(link["where"] == "length_a > 20" for link in links)
    length = rows_of(app)["Length"]
    (link,) = (
        link for link in links if link["factor"] == "length" and link["relation"] == "concordant"
    )
    assert f"{length[1]} of 1,584 pairs" in shown(open_page("browse", **link))


@pytest.mark.usefixtures("demo")
def test_too_few_prompts_are_said_instead_of_a_wild_number() -> None:
    app = open_page("influence", **{"influence.sources": "smollm2-135m-instruct-q4"})
    assert rows_of(app)["Coherence"][0] == "too few prompts (2)"


@pytest.mark.usefixtures("demo")
def test_every_factor_with_values_is_in_the_table_though_the_chart_shows_some() -> None:
    assert len(rows_of(open_page("influence"))) > 12


@pytest.mark.usefixtures("demo")
def test_a_group_by_task_opens_the_pairs_of_its_task() -> None:
    app = open_page("influence", **{"influence.view": "by group", "influence.by": "task"})
    assert "By task, of 12 factors claude’s choices go with" in shown(app)
    links = links_of(app)
    assert {link["where"] for link in links} == {
        "task = 'summarization'",
        "task = 'document_qa'",
        "task = 'helpful_response'",
    }


@pytest.mark.usefixtures("demo")
def test_factors_that_go_together_are_named() -> None:
    said = shown(open_page("influence", **{"influence.view": "factors together"}))
    assert "go together most (τ-b" in said
    assert "cannot be told apart by their influences alone" in said


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("variant", ["τ13", "soft τ"])
def test_other_statistics_are_shown_or_said_to_be_missing(variant: str) -> None:
    said = shown(open_page("influence", **{"influence.variant": variant}))
    assert ("no probabilities" in said) == (variant == "soft τ")


@pytest.mark.usefixtures("demo")
def test_a_condition_that_is_not_allowed_is_refused_with_the_columns() -> None:
    said = shown(open_page("influence", **{"influence.where": "sniff_csv('x') = 1"}))
    assert "not allowed" in said
    assert "length_a" in said


@pytest.mark.usefixtures("demo")
def test_a_filter_that_keeps_nothing_says_so() -> None:
    said = shown(open_page("influence", **{"influence.where": "length_a > 100000"}))
    assert "the filter keeps no pair" in said


def test_hostile_names_of_sources_and_factors_are_only_text(study_file: Path) -> None:
    hostile = "<img src=x onerror=alert(1)> $x$ ![](https://example.org/x.png)"
    texts = [("one two three four", "one")] * 40
    with empty_study(study_file) as study:
        batch = pairs_batch(texts, [A] * 20 + [B] * 20)
        judge = batch.add_source(SourceKind.JUDGE, hostile)
        for pair in batch.pairs:
            batch.add_preference(pair, judge, A)
        write(study, batch)
        extract(study)
    app = open_page("influence")
    bodies = "\n".join(element.proto.body for element in app.get("html"))
    assert "<img" not in bodies
    assert not app.markdown
    assert not any("<img" in button.label for button in app.button)


@pytest.mark.usefixtures("demo")
def test_the_plain_words_of_a_link_filter_this_page_too() -> None:
    plain = open_page("influence", task="summarization", where="length_a > 20")
    own = open_page(
        "influence", **{"influence.task": "summarization", "influence.where": "length_a > 20"}
    )
    assert "summarization only, where length_a > 20" in shown(plain)
    assert shown(plain) == shown(own)
    assert plain.query_params == own.query_params


@pytest.mark.usefixtures("demo")
def test_a_plain_link_met_again_on_the_page_still_filters() -> None:
    app = open_page("influence", where="length_a > 20")
    app.query_params.clear()
    app.query_params["where"] = "length_a > 30"
    app.run()
    assert "where length_a > 30" in shown(app)
    assert "where" not in app.query_params


@pytest.mark.usefixtures("demo")
def test_what_a_link_asks_in_vain_is_said() -> None:
    said = shown(open_page("influence", task="<b>zzz", **{"influence.sources": "nobody"}))
    assert "task “<b>zzz”, which this study does not have; all tasks are shown." in said
    assert "source “nobody”, which this study does not have; it is left out." in said


def test_notes_are_short_in_the_table_and_explained_below_it(study_file: Path) -> None:
    with empty_study(study_file) as study:
        write(study, pairs_batch([("one two", "one")] * 24, [A, A, A, B] * 6))
        extract(study)
    app = open_page("influence")
    assert rows_of(app)["Length"][-1] == "few\u00a0prompts"
    assert "Few prompts: 5 to 29 prompts: read with care." in shown(app)


def test_where_every_choice_is_a_tie_no_filter_is_blamed(study_file: Path) -> None:
    with empty_study(study_file) as study:
        write(study, pairs_batch([("one two", "one")] * 4, [TIE] * 4))
        extract(study)
    said = shown(open_page("influence"))
    assert "no source has a strict preference among the pairs." in said
    assert "the filter" not in said
