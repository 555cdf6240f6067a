"""Label sets on the influence page: what corrections change, and what that rests on."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from profile_core.annotation import desk, queues
from profile_core.annotation.desk import Cell, Item
from profile_core.types import Choice, Mode, QueueKind
from tests.app_driver import open_page, shown
from tests.reviewed_study import go_through, rated_study, relabel

VIEW = {"influence.view": "what corrections change"}
POWERED = {"influence.labels": "prediction-powered"}
HOSTILE = "<img src=x onerror=alert(1)> $x$ ![](https://example.org/x.png)"
PAIRS = 60


def values(seed: int) -> list[tuple[float, float]]:
    """Ratings of which a has mostly more."""
    numbers = random.Random(seed)
    found = [(4.0, 2.0)] * (PAIRS * 3 // 4) + [(2.0, 4.0)] * (PAIRS - PAIRS * 3 // 4)
    numbers.shuffle(found)
    return found


def overrated(cell: Cell, item: Item) -> float | None:
    """People find the automatic 4 of a too high in the same half of the pairs."""
    too_high = int(item.pair.pair_id[:8], 16) % 2 == 0
    return 1.0 if cell.side is Choice.A and cell.automatic == 4 and too_high else None


def labelled_study(path: Path, *, title: str = "Clarity", is_blind: bool = False) -> None:
    """Two thirds of the pairs drawn at random and reviewed; some are skipped."""
    with rated_study(path, values(1), values(2), title=title) as study:
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=40, factors=["clarity"])
        for _ in range(4):
            item = desk.next_item(study, "ann", queue.queue_id)
            assert item
            desk.skip(study, "ann", item)
        go_through(study, "ann", queue.queue_id, overrated)
        if is_blind:
            blind = queues.draw(
                study,
                kind=QueueKind.RANDOM,
                size=30,
                factors=["clarity"],
                mode=Mode.BLIND,
                seed=1,
                name="blind",
            )
            go_through(study, "bea", blind.queue_id, lambda cell, item: 3.0)


@pytest.fixture(scope="module")
def drawn_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawn") / "study.duckdb"
    labelled_study(path, is_blind=True)
    return path


@pytest.fixture
def drawn(drawn_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILE_STUDY", str(drawn_file))


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    return path


def table(app: Any, caption: str) -> list[list[str]]:
    """The cells of the table with a caption, links as they are."""
    bodies = [element.proto.body for element in app.get("html")]
    (found,) = (body for body in bodies if "<table" in body and caption in body)
    rows = re.findall(r"<tr>(.*?)</tr>", found)
    return [cells for row in rows if (cells := re.findall(r"<td[^>]*>(.*?)</td>", row))]


def plain(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell)


def opened(cell: str) -> str:
    """What browse says when the link in a cell is followed."""
    (address,) = re.findall(r'href="browse\?([^"]*)"', cell)
    params = dict(parse_qsl(urlsplit("?" + address.replace("&amp;", "&")).query))
    return shown(open_page("browse", **params))


def links(app: Any) -> list[tuple[str, str]]:
    return [(entry.proto.label, entry.proto.page) for entry in app.get("page_link")]


def options(app: Any, label: str) -> list[str]:
    (box,) = (box for box in app.selectbox if box.label == label)
    return list(box.options)


@pytest.mark.usefixtures("drawn")
def test_influence_offers_four_label_sets_and_says_what_each_is() -> None:
    app = open_page("influence")
    sets = ["automatic", "corrected", "reviewed-only", "prediction-powered"]
    assert options(app, "Labels") == sets
    (box,) = (box for box in app.selectbox if box.label == "Labels")
    assert all(f"{name}:".casefold() in box.help.casefold() for name in sets)


@pytest.mark.usefixtures("drawn")
def test_browse_offers_the_label_sets_in_which_a_pair_has_values() -> None:
    app = open_page("browse", labels="prediction-powered")
    assert options(app, "Labels") == ["automatic", "corrected"]
    assert "labels “prediction-powered”, which is not one of automatic and corrected" in shown(app)


@pytest.mark.parametrize("labels", ["reviewed-only", "prediction-powered"])
@pytest.mark.parametrize("view", ["dots", "by group", "factors together"])
def test_what_cannot_be_estimated_is_said_with_the_cure(
    study_file: Path, labels: str, view: str
) -> None:
    rated_study(study_file, values(1), values(2)).close()
    app = open_page("influence", **{"influence.labels": labels, "influence.view": view})
    said = shown(app)
    assert f"Here stand influences by {labels} labels" in said
    assert "needs labels that were drawn for review, and this study has none" in said
    assert "`" not in said
    assert ("Draw a queue", "annotate") in links(app)


def test_without_any_label_the_view_says_what_would_stand_there(study_file: Path) -> None:
    rated_study(study_file, values(1), values(2)).close()
    app = open_page("influence", **VIEW)
    assert "Nobody has labelled a factor value yet" in shown(app)
    assert ("Check the automatic labels", "annotate") in links(app)


def test_labels_that_were_not_drawn_are_compared_as_corrected_values(study_file: Path) -> None:
    with rated_study(study_file, values(1), values(2)) as study:
        (pair,) = study.cursor().execute("SELECT pair_id FROM pair LIMIT 1").fetchall()[0]
        relabel(study, "ann", pair, Choice.A, "clarity", 1.0)
    app = open_page("influence", **VIEW)
    said = shown(app)
    assert "needs labels that were drawn for review" in said
    assert "compares with the corrected values" in said
    assert "60 of 60 pairs, corrected labels" in said
    assert "How many more labels" not in said


@pytest.mark.usefixtures("drawn")
def test_the_finding_stands_first_and_the_table_says_what_it_rests_on() -> None:
    app = open_page("influence", **VIEW)
    said = shown(app)
    assert "60 of 60 pairs, prediction-powered labels" in said
    assert "People’s labels move" in said
    assert said.index("People’s labels move") < said.index("The numbers, and the labels behind")
    ((factor, before, after, difference, q, reviewed, unanswered, power, prompts),) = table(
        app, "labelled pairs"
    )
    assert plain(factor) == "Clarity"
    assert plain(before).startswith("0.50 [")
    assert float(plain(after).split()[0].replace("−", "-")) < 0.5
    assert plain(difference).startswith("−")
    assert plain(q) == "&lt; 0.001" or float(plain(q)) < 0.05
    assert int(plain(reviewed).split(" of ")[0]) < int(plain(reviewed).split(" of ")[1])
    assert plain(unanswered) not in ("–", "0 %")
    assert 0 <= float(plain(power)) <= 1
    assert int(plain(prompts)) > 5


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("labels", ["reviewed-only", "prediction-powered"])
def test_a_row_opens_exactly_the_pairs_that_it_rests_on(labels: str) -> None:
    ((factor, *rest),) = table(
        open_page("influence", **VIEW, **{"influence.labels": labels}), "labelled pairs"
    )
    reviewed = plain(rest[4]).split(" of ")[0]
    assert f"{reviewed} of 60 pairs" in opened(factor)


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("labels", ["corrected", "reviewed-only", "prediction-powered"])
def test_every_count_of_a_label_set_opens_that_many_pairs(labels: str) -> None:
    app = open_page("influence", **{"influence.labels": labels})
    counted = 0
    for row in table(app, "Every count opens its pairs"):
        for cell in row:
            if "href" in cell:
                assert f"{plain(cell)} of 60 pairs" in opened(cell)
                counted += 1
    assert counted >= 2


@pytest.mark.usefixtures("drawn")
def test_corrected_values_open_what_people_changed() -> None:
    app = open_page("influence", **VIEW, **{"influence.labels": "corrected"})
    (factor, *rest) = next(row for row in table(app, "labelled pairs") if "Clarity" in row[0])
    assert len(rest) == 5
    assert "changed by people" in opened(factor)


@pytest.mark.usefixtures("drawn")
def test_blind_labels_alone_are_shown_beside_all() -> None:
    everyone = open_page("influence", **VIEW)
    assert "What blind labels alone change" not in shown(everyone)
    app = open_page("influence", **VIEW, **{"influence.blind": "true"})
    said = shown(app)
    assert "What blind labels alone change" in said
    ((factor, _, reviewed, blind, blind_reviewed, difference, _),) = table(app, "the blind ones")
    assert plain(factor) == "Clarity"
    assert int(plain(blind_reviewed)) < int(plain(reviewed))
    assert plain(blind).startswith("0.00")
    assert plain(difference) != "–"
    assert "by blind labels and" in said
    # Browse has no list of blind labels alone, so no row claims to open one.
    assert "href" not in table(app, "labelled pairs")[0][0]


@pytest.mark.usefixtures("drawn")
def test_the_dots_take_blind_labels_alone_too() -> None:
    def value(**params: str) -> str:
        return plain(table(open_page("influence", **POWERED, **params), "Every count")[0][1])

    assert value() != value(**{"influence.blind": "true"})


def test_without_blind_labels_the_toggle_says_so(study_file: Path) -> None:
    labelled_study(study_file)
    app = open_page("influence", **VIEW, **{"influence.blind": "true"})
    assert "needs blind labels that were drawn for review" in shown(app)


@pytest.mark.usefixtures("drawn")
def test_how_many_more_labels_for_the_sign_or_for_a_width() -> None:
    sign = table(open_page("influence", **VIEW), "Of human · evaluation")
    wide = {"influence.goal": "reach a width", "influence.width": "0.2"}
    narrow = {"influence.goal": "reach a width", "influence.width": "0.11"}
    found = {
        name: plain(table(open_page("influence", **VIEW, **params), "Of human · evaluation")[0][2])
        for name, params in (("wide", wide), ("narrow", narrow))
    }
    assert len(sign) == 1
    assert found["wide"] != found["narrow"]


@pytest.mark.usefixtures("drawn")
def test_the_arrows_say_in_words_what_they_show() -> None:
    app = open_page("influence", **VIEW)
    (chart,) = app.get("vega_lite_chart")
    alt = chart.proto.alt
    assert alt.startswith("Arrow plot, from −1 to 1, of the influence of 1 factor on human")
    assert "Every number is in the table below" in alt
    assert [button.label for button in app.get("download_button")] == [
        "Figure as SVG",
        "Figure as PNG",
    ]
    assert "Hollow: the two cannot be told apart" in shown(app)


@pytest.mark.usefixtures("drawn")
def test_a_condition_that_is_not_allowed_is_refused_with_the_columns() -> None:
    said = shown(open_page("influence", **VIEW, **{"influence.where": "sniff_csv('x') = 1"}))
    assert "not allowed" in said
    assert "clarity_a" in said


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("asked", ["influence.where", "influence.factors"])
def test_where_nothing_is_labelled_there_is_nothing_to_compare(asked: str) -> None:
    value = {"influence.where": "words_a > 100", "influence.factors": "words"}[asked]
    said = shown(open_page("influence", **VIEW, **{asked: value}))
    assert "Nothing to compare" in said
    assert "This page failed" not in said


def test_hostile_names_are_only_text(study_file: Path) -> None:
    labelled_study(study_file, title=HOSTILE)
    app = open_page("influence", **VIEW)
    bodies = "\n".join(element.proto.body for element in app.get("html"))
    assert "<img" not in bodies
    assert "&lt;img" in bodies
    assert not app.markdown
