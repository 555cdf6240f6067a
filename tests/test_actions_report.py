"""The report of a what-if: one file that needs nothing beside itself, and says all that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.report import Heading, html, report
from profile_core.analysis import saved_scenarios
from profile_core.analysis.scenario import Scenario, parse_equalised
from profile_core.analysis.what_if import what_if
from profile_core.analysis.what_if_rows import WhatIf
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.text import numbers
from tests.cli_runs import run

HOSTILE = "<img src='https://example.org/a.png'><script>alert(1)</script>{{ 7 * 7 }}"


class Outside(HTMLParser):
    """Notes whatever a document would load or run, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "object", "img", "base"):
            self.loads.append(tag)
        self.loads += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ("src", "href", "xlink:href") or name.startswith("on")
        ]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    with make_demo(tmp_path_factory.mktemp("report") / "demo.duckdb") as made:
        yield made


@pytest.fixture(scope="module")
def found(study: Study) -> WhatIf:
    return what_if(study, Scenario(equalised=(parse_equalised("length:5"),)))


def parsed(document: str) -> Outside:
    outside = Outside()
    outside.feed(document)
    return outside


def test_every_number_of_the_what_if_stands_in_the_report(study: Study, found: WhatIf) -> None:
    document = html(study, found, Heading("Length equal", "Both answers as long."))
    words = " ".join(parsed(document).words)
    assert found.sentence in words
    assert any(row.is_held for row in found.differences)
    for row in found.differences:
        assert row.is_held or numbers.with_interval(row.difference, row.low, row.high) in words
    for win in (*found.baseline.win_rates, *found.result.win_rates):
        assert numbers.with_interval(win.rate, win.low, win.high) in words
    for row in (*found.baseline.alignment, *found.result.alignment):
        assert numbers.with_interval(row.distance, row.distance_low, row.distance_high) in words
    for said in ("length matched within 5", "automatic labels", "demo.duckdb", "stands in"):
        assert said in words
    assert f"{found.result.pairs:,} of {found.result.all_pairs:,} pairs" in words


def test_a_report_loads_and_runs_nothing(study: Study, found: WhatIf) -> None:
    document = html(study, found, Heading("Length equal"))
    assert parsed(document).loads == []
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", document))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<svg" in document
    assert not re.search(r"url\(|@import", document)


def test_words_from_data_are_words_in_the_report(study: Study, found: WhatIf) -> None:
    document = html(study, found, Heading(HOSTILE, HOSTILE))
    outside = parsed(document)
    assert outside.loads == []
    assert HOSTILE in " ".join(outside.words)


def test_a_report_that_cannot_be_written_leaves_nothing_behind(
    study: Study, found: WhatIf, tmp_path: Path
) -> None:
    with pytest.raises(ProfileError, match="cannot be written"):
        report(study, found, Heading("x"), tmp_path / "nowhere" / "r.html")
    taken = tmp_path / "taken.html"
    taken.mkdir()
    with pytest.raises(ProfileError, match="cannot be written"):
        report(study, found, Heading("x"), taken)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.html"]


def test_the_command_writes_a_saved_scenario(tmp_path: Path) -> None:
    path, target = tmp_path / "demo.duckdb", tmp_path / "r.html"
    with make_demo(path) as study:
        saved_scenarios.save(
            study, "Short", Scenario(where="length_a < 80"), description="Short answers."
        )
    done = run("report", target, "--scenario", "short", "--study", path)
    assert done.exit_code == 0, done.stderr
    words = " ".join(parsed(target.read_text(encoding="utf-8")).words)
    assert "Short answers." in words
    assert "length_a < 80" in words
    unknown = run("report", target, "--scenario", "long", "--study", path)
    assert unknown.exit_code == 1
    assert "Short" in unknown.stderr
