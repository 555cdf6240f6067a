"""The alignment page: the answer in words, the distances, and the way from each number to pairs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.types import SourceKind
from tests.app_driver import open_page, shown
from tests.studies import A, B, empty_study, pairs_batch, write

QWEN = "qwen2.5-coder-1.5b-instruct-q4"
VIEWS = ("two settings", "differences", "scatter", "similarity", "by group")


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


def bodies_of(app: Any) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def tables_of(app: Any) -> list[str]:
    return [body.replace("\u00a0", " ") for body in bodies_of(app) if "<table" in body]


def cells_of(table: str) -> list[list[str]]:
    """A table's cells, row by row, as HTML."""
    return [
        re.findall(r"<td[^>]*>(.*?)</td>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", table)
        if "<td" in row
    ]


def rows_of(table: str) -> list[list[str]]:
    """A table's cells, row by row, as they are read."""
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells_of(table)]


def links_of(html: str) -> list[dict[str, str]]:
    addresses = re.findall(r'href="(browse\?[^"]*)"', html)
    return [dict(parse_qsl(urlsplit(address.replace("&amp;", "&")).query)) for address in addresses]


def test_without_pairs_the_page_says_why_it_is_empty(study_file: Path) -> None:
    empty_study(study_file).close()
    assert "There is nothing to show: the study has no pairs" in shown(open_page("alignment"))


def test_with_people_alone_there_is_nobody_to_compare(study_file: Path) -> None:
    with empty_study(study_file) as study:
        write(study, pairs_batch([("one two", "one")] * 12, [A, B] * 6))
        extract(study)
    said = shown(open_page("alignment"))
    assert "There is nothing to show" in said


@pytest.mark.usefixtures("demo")
def test_the_answer_stands_first_and_the_reference_is_called_a_stand_in() -> None:
    app = open_page("alignment")
    said = shown(app)
    assert said.index(QWEN) < said.index("Distance from the reference")
    assert "is used as a stand-in: a model, not people" in said
    assert "1,584 of 1,584 pairs, automatic labels" in said


@pytest.mark.usefixtures("demo")
def test_the_distance_comes_before_the_raw_correlation_which_is_warned_of() -> None:
    app = open_page("alignment")
    head = re.findall(r"<th[^>]*>(.*?)</th>", tables_of(app)[0])
    assert head.index("Distance [95 %]") < head.index("ρ, raw")
    assert "Raw ρ is biased" in shown(app)


@pytest.mark.usefixtures("demo")
def test_a_count_of_the_table_opens_as_many_pairs() -> None:
    rows = cells_of(tables_of(open_page("alignment"))[0])
    assert len(rows) == 5
    for row in rows[:2]:
        (link,) = links_of(row[-2])
        count = re.sub(r"<[^>]+>", "", row[-2])
        assert f"{count} of 1,584 pairs" in shown(open_page("browse", **link))


@pytest.mark.usefixtures("demo")
def test_an_agreement_opens_the_pairs_that_both_decided() -> None:
    rows = cells_of(tables_of(open_page("alignment"))[0])
    (link,) = links_of(rows[0][5])
    assert "choice_claude IN ('a', 'b')" in link["where"]
    assert " of 1,584 pairs" in shown(open_page("browse", **link))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_a_chart_a_table_and_a_file(view: str) -> None:
    app = open_page("alignment", **{"alignment.view": view})
    assert len(app.get("vega_lite_chart")) >= 2
    assert len(tables_of(app)) >= 2
    labels = [button.label for button in app.get("download_button")]
    assert labels.count("Table as CSV") >= 2
    assert labels.count("Figure as SVG") == labels.count("Figure as PNG") == 2


@pytest.mark.usefixtures("demo")
def test_a_tau_of_the_gaps_opens_the_pairs_that_make_its_sign() -> None:
    app = open_page("alignment", **{"alignment.model": QWEN})
    table = next(body for body in tables_of(app) if "Gap [95 %]" in body)
    assert {link["source"] for link in links_of(table)} == {"claude", QWEN}
    assert {link["relation"] for link in links_of(table)} <= {"concordant", "discordant"}


@pytest.mark.usefixtures("demo")
def test_a_judge_that_decided_too_little_has_no_wild_numbers() -> None:
    rows = rows_of(tables_of(open_page("alignment"))[0])
    (few,) = (row for row in rows if row[:2] == ["smollm2-135m-instruct-q4", "evaluation"])
    assert few[2:7] == ["too few prompts (2)", "–", "–", "too few (2 pairs)", "–"]


@pytest.mark.usefixtures("demo")
def test_levels_that_nobody_can_see_are_called_not_real() -> None:
    said = shown(open_page("alignment", **{"alignment.model": "smollm2-135m-instruct-q4"}))
    assert "Are its score levels real?" in said
    assert "not real for this generator" in said


@pytest.mark.usefixtures("demo")
def test_a_row_of_levels_that_are_not_real_is_marked() -> None:
    marked = {row[0]: row[1] for row in rows_of(tables_of(open_page("alignment"))[0])}
    assert marked["smollm2-135m-instruct-q4"] == "generation, score levels not real"
    assert marked["claude"] == "generation"


@pytest.mark.usefixtures("demo")
def test_the_differences_are_titled_by_both_signs() -> None:
    app = open_page("alignment", **{"alignment.view": "differences", "alignment.model": QWEN})
    said = shown(app)
    assert "When it writes, beside the reference it " in said
    assert "its taste leans" not in said


@pytest.mark.usefixtures("demo")
def test_filters_go_with_every_link() -> None:
    app = open_page("alignment", **{"alignment.task": "summarization"})
    links = links_of("".join(bodies_of(app)))
    assert links
    assert all(link["task"] == "summarization" for link in links)


@pytest.mark.usefixtures("demo")
def test_the_largest_differences_come_first() -> None:
    app = open_page("alignment", **{"alignment.view": "differences", "alignment.model": QWEN})
    (table, *_) = (body for body in tables_of(app) if "Difference [95 %]" in body)
    found = [
        abs(float(row[3].split(" ")[0].replace("−", "-")))
        for row in rows_of(table)
        if "[" in row[3]
    ]
    assert len(found) > 8
    assert found == sorted(found, reverse=True)


@pytest.mark.usefixtures("demo")
def test_another_reference_can_be_chosen_and_is_then_no_row() -> None:
    app = open_page("alignment", **{"alignment.reference": QWEN})
    rows = rows_of(tables_of(app)[0])
    assert [QWEN, "evaluation"] not in [row[:2] for row in rows]
    assert ["claude", "evaluation"] in [row[:2] for row in rows]


@pytest.mark.usefixtures("demo")
def test_groups_open_the_pairs_of_their_group() -> None:
    app = open_page("alignment", **{"alignment.view": "by group", "alignment.by": "task"})
    (table,) = (body for body in tables_of(app) if ">task<" in body)
    for cells, (group, *_) in zip(cells_of(table), rows_of(table), strict=True):
        (link,) = links_of(cells[-2])
        assert f"task = '{group}'" in link["where"]


@pytest.mark.usefixtures("demo")
def test_what_a_link_asks_in_vain_is_said() -> None:
    said = shown(
        open_page("alignment", **{"alignment.model": "nobody", "alignment.reference": "<b>people"})
    )
    assert "model “nobody”, which this study does not have; another is shown." in said
    assert "reference “<b>people”, which this study does not have" in said


@pytest.mark.usefixtures("demo")
def test_a_condition_that_is_not_allowed_is_refused_with_the_columns() -> None:
    said = shown(open_page("alignment", **{"alignment.where": "sniff_csv('x') = 1"}))
    assert "not allowed" in said
    assert "length_a" in said


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
    for view in VIEWS:
        app = open_page("alignment", **{"alignment.view": view})
        assert "<img" not in "\n".join(bodies_of(app))
        assert not app.markdown


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("made_of", ["influences", "model weights"])
def test_similarity_names_who_is_most_and_least_alike_and_the_spread(made_of: str) -> None:
    app = open_page(
        "alignment",
        **{
            "alignment.view": "similarity",
            "alignment.made_of": made_of,
        },
    )
    said = shown(app)
    assert "Most alike: " in said
    assert "By task, the range is widest for" in said
    table = next(body for body in tables_of(app) if "Range" in body)
    assert all(row[3] == "–" or row[3].startswith("by task ") for row in rows_of(table))
    assert any(row[3].startswith("by task ") for row in rows_of(table))
    values = [float(row[2].replace("−", "-")) for row in rows_of(table)]
    assert len(values) == 10
    assert values == sorted(values, reverse=True)
    assert {"choice_claude IN ('a', 'b')"} < {link["where"] for link in links_of(table)}
