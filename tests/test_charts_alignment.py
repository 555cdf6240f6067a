"""The charts of alignment: what is drawn strong, hollow or pale, what is said instead, and what
a click gives.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from profile_core import charts
from profile_core.analysis import palette
from profile_core.charts import KEYS, Difference, Distance, Likeness, Mark, Slope
from tests.chart_specs import HOSTILE, assert_only_data, layers, look, rows_of

BLUE, INK = "#0072b2", "#1c1f2b"


def mark(**changes: Any) -> Mark:
    values: dict[str, Any] = {
        "factor": "length",
        "title": "Length",
        "source": "model",
        "setting": "evaluation",
        "group": "",
        "tau": 0.3,
        "low": 0.2,
        "high": 0.4,
        "is_told": True,
        "is_small": False,
        "absence": "",
        "prompts": 40,
        "colour": BLUE,
        "value": "0.30 [0.20, 0.40]",
        "counts": "20 concordant",
        "q": "0.001",
    }
    return Mark(**(values | changes))


def slope(title: str = "Length", **changes: Any) -> Slope:
    stops = (
        mark(title=title, source="people", colour=INK, tau=0.1, low=0.0, high=0.2),
        mark(title=title),
        mark(title=title, setting="generation", tau=-0.2, low=-0.3, high=-0.1),
    )
    values: dict[str, Any] = {"title": title, "stops": stops, "is_away": True, "is_gap": False}
    return Slope(**(values | changes))


def difference(**changes: Any) -> Difference:
    values: dict[str, Any] = {
        "factor": "length",
        "title": "Length",
        "source": "model",
        "setting": "evaluation",
        "group": "",
        "tau": 0.6,
        "tau_low": 0.5,
        "tau_high": 0.7,
        "reference": 0.1,
        "reference_low": 0.0,
        "reference_high": 0.2,
        "difference": 0.5,
        "low": 0.3,
        "high": 0.7,
        "is_told": True,
        "is_small": False,
        "absence": "",
        "colour": BLUE,
        "value": "+0.50 [0.30, 0.70]",
        "taus": "0.60 against 0.10",
        "q": "0.001",
    }
    return Difference(**(values | changes))


def distance(**changes: Any) -> Distance:
    values: dict[str, Any] = {
        "title": "model",
        "panel": "",
        "source": "model",
        "setting": "evaluation",
        "group": "",
        "distance": 0.3,
        "low": 0.2,
        "high": 0.4,
        "is_told": True,
        "is_small": False,
        "absence": "",
        "colour": BLUE,
        "value": "0.30 [0.20, 0.40]",
        "counts": "12 factors",
    }
    return Distance(**(values | changes))


def dumbbell(items: list[Difference], is_dark: bool = False) -> Any:
    return charts.dumbbell(items, look(is_dark), source_name="model · evaluation", width=700)


def scatter(items: list[Difference]) -> Any:
    panels = list(dict.fromkeys(item.setting for item in items))
    return charts.scatter(items, look(False), panels=panels, width=700)


def of_type(chart: Any, kind: str, field: str) -> list[dict[str, Any]]:
    """The rows of the layers of a mark that use a field as x or y."""
    return [
        row
        for layer in layers(chart)
        if layer["mark"]["type"] == kind
        and field in [layer["encoding"].get(axis, {}).get("field") for axis in ("x", "y")]
        for row in rows_of(chart, layer)
    ]


def filled(chart: Any, shape: str) -> list[dict[str, Any]]:
    """The visible marks of a shape, without the paper under them and the targets."""
    return [
        row
        for layer in layers(chart)
        if layer["mark"].get("shape") == shape and "field" in layer["encoding"].get("fill", {})
        for row in rows_of(chart, layer)
    ]


def said(chart: Any, field: str) -> list[str]:
    return [
        row[field]
        for layer in layers(chart)
        if layer["encoding"].get("text", {}).get("field") == field
        for row in rows_of(chart, layer)
    ]


def all_charts(name: str) -> list[Any]:
    return [
        charts.slope_chart([slope(name)], look(False), width=700),
        dumbbell([difference(title=name, source=name)]),
        scatter([difference(title=name, source=name)]),
        charts.distance_plot(
            [distance(title=name, panel=name, source=name)],
            look(False),
            panels=[(name, BLUE)],
            width=700,
        ),
        charts.likeness_map(
            [Likeness(name, "other", 0.5, "0.1 to 0.7", "12 factors")],
            look(False),
            names=[name, "other"],
            width=700,
        ),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_stay_data(name: str) -> None:
    for chart in all_charts(name):
        assert_only_data(chart, name)


def test_every_chart_of_alignment_is_a_picture() -> None:
    for chart in all_charts("Length"):
        assert charts.png(chart, scale=1).startswith(b"\x89PNG")


def test_a_click_gives_what_names_the_pairs() -> None:
    for chart in all_charts("Length")[:4]:
        params = [param for param in chart.to_dict()["params"] if "select" in param]
        assert params
        assert all(tuple(param["select"]["fields"]) == KEYS for param in params)


def ways(chart: Any) -> list[dict[str, Any]]:
    return [
        row
        for layer in layers(chart)
        if layer["encoding"].get("strokeWidth", {}).get("field") == "width"
        for row in rows_of(chart, layer)
    ]


def test_the_way_between_two_that_can_be_told_apart_is_strong() -> None:
    to_evaluation, to_generation = ways(charts.slope_chart([slope()], look(False), width=700))
    assert to_evaluation["width"] > to_generation["width"]
    assert (to_evaluation["colour"], to_generation["colour"]) == (BLUE, palette.SOFT.light)


def test_a_model_that_only_writes_is_joined_to_the_reference() -> None:
    people, _, writes = slope().stops
    chart = charts.slope_chart(
        [slope(stops=(people, None, writes), is_away=False)], look(False), width=700
    )
    (way,) = ways(chart)
    assert (way["y"], way["y2"]) == (pytest.approx(0.1), pytest.approx(-0.2))
    assert way["width"] == 1


def test_a_setting_that_no_factor_has_takes_no_room() -> None:
    people, judged, _ = slope().stops
    chart = charts.slope_chart([slope(stops=(people, judged, None))], look(False), width=700)
    assert set(said(chart, "said")) == {"reference", "evaluation", "+0.5", "0", "−0.5"}


def test_panels_share_one_scale_and_stand_four_in_a_row() -> None:
    titles = ["a", "b", "c", "d", "e"]
    chart = charts.slope_chart([slope(title) for title in titles], look(False), width=700)
    panels = {row["title"]: row for row in of_type(chart, "text", "top")}
    assert [panels[title]["x"] for title in "abcd"] == sorted(panels[t]["x"] for t in "abcd")
    assert panels["e"]["x"] == panels["a"]["x"]
    assert panels["e"]["zero"] < panels["a"]["zero"]
    bars = {
        row["title"]: row["y"] - panels[row["title"]]["zero"] for row in of_type(chart, "tick", "x")
    }
    assert list(bars.values()) == [pytest.approx(0.1)] * 5


def test_a_stop_of_too_few_prompts_is_its_number_in_brackets() -> None:
    people, judged, _ = slope().stops
    few = mark(setting="generation", tau=1.0, low=None, high=None, prompts=3, absence="too few")
    chart = charts.slope_chart([slope(stops=(people, judged, few))], look(False), width=700)
    assert set(said(chart, "few")) == {"(3)"}
    assert filled(chart, "diamond") == []
    assert len(ways(chart)) == 1


def test_a_difference_that_cannot_be_told_is_hollow_and_of_few_prompts_pale() -> None:
    chart = dumbbell(
        [
            difference(title="told"),
            difference(title="not told", is_told=False),
            difference(title="pale", is_small=True),
        ]
    )
    rows = [row for row in filled(chart, "circle") if row["x_difference"] is not None]
    fills = {(row["title"], row["fill"]) for row in rows}
    assert ("told", BLUE) in fills
    assert ("not told", palette.PAPER.light) in fills
    assert {row["title"]: row["opacity"] for row in rows}["pale"] < 1


def test_the_difference_has_a_panel_whose_scale_holds_every_interval() -> None:
    (far,) = of_type(dumbbell([difference(difference=1.2, low=0.9, high=1.5)]), "rule", "x_low")
    (near,) = of_type(dumbbell([difference(difference=0.2, low=0.1, high=0.5)]), "rule", "x_low")
    assert far["x_high"] == pytest.approx(near["x_high"])
    assert far["x_high"] == pytest.approx(2.36 + 1)


def test_differences_keep_the_order_they_are_given() -> None:
    chart = dumbbell([difference(title="z"), difference(title="a")])
    axis = next(
        layer["encoding"]["y"]
        for layer in layers(chart)
        if layer["encoding"].get("y", {}).get("field") == "title"
    )
    assert [title for title in axis["sort"] if title.strip()] == ["z", "a"]


def test_where_there_is_no_difference_the_reason_stands_in_its_place() -> None:
    chart = dumbbell(
        [difference(absence="too few prompts (2)", difference=None, low=None, high=None)]
    )
    assert "too few prompts (2)" in said(chart, "absence")
    assert filled(chart, "circle") == []


def test_settings_stand_side_by_side_against_the_reference_with_both_intervals() -> None:
    chart = scatter([difference(), difference(setting="generation")])
    (across,) = {
        row["x_low"] for row in of_type(chart, "rule", "x_low") if row["setting"] == "evaluation"
    }
    assert across == 0.0
    moved = {row["setting"]: row["x"] for row in of_type(chart, "rule", "tau_low")}
    assert moved["generation"] - moved["evaluation"] == pytest.approx(2.36)


def test_names_are_written_where_they_do_not_cross_and_only_for_what_is_told() -> None:
    crowd = [
        difference(title=f"factor {number}", reference=0.1 + number / 500, tau=0.6)
        for number in range(9)
    ]
    chart = scatter([*crowd, difference(title="not told", is_told=False, tau=-0.5)])
    written = [text for text in said(chart, "title") if text]
    assert "not told" not in written
    assert 1 <= len(set(written)) <= 2


def test_a_distance_that_can_be_none_is_hollow_and_none_is_drawn_for_few_prompts() -> None:
    chart = charts.distance_plot(
        [
            distance(),
            distance(title="near", distance=0.0, low=0.0, is_told=False),
            distance(title="few", absence="too few prompts (3)", distance=None),
        ],
        look(False),
        width=700,
    )
    fills = {row["title"]: row["fill"] for row in filled(chart, "circle")}
    assert fills == {"model": BLUE, "near": palette.PAPER.light}
    assert "too few prompts (3)" in said(chart, "absence")


def test_panels_of_distances_share_one_scale() -> None:
    chart = charts.distance_plot(
        [distance(panel="one"), distance(panel="two")],
        look(False),
        panels=[("one", BLUE), ("two", INK)],
        width=700,
    )
    first, second = (row for row in filled(chart, "circle"))
    assert first["x"] == pytest.approx(0.3)
    assert second["x"] > 0.4 + 0.3


def likenesses(count: int) -> Any:
    names = [f"source {number}" for number in range(count)]
    items = [Likeness(a, b, 0.5, "0.1 to 0.7", "12 factors") for a, b in combinations(names, 2)]
    return charts.likeness_map(items, look(False), names=names, over="by task", width=900)


def test_the_map_of_sources_is_a_square_of_numbered_names_with_its_spread() -> None:
    chart = likenesses(3)
    (cells,) = (rows_of(chart, layer) for layer in layers(chart) if layer["mark"]["type"] == "rect")
    assert {(row["row"], row["column"]) for row in cells} == {
        (f"{place + 1}  source {place}", str(other + 1))
        for place in range(3)
        for other in range(3)
        if place != other
    }
    assert set(said(chart, "spread")) == {"0.1 to 0.7"}
    assert set(said(chart, "over")) == {"by task"}


def test_in_a_crowd_of_sources_the_colours_speak_alone() -> None:
    assert said(likenesses(12), "spread") == []
    assert set(said(likenesses(20), "words")) == {""}
