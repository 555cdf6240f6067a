"""Before and after: the baseline above, the scenario below, and what cannot be told is hollow."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from profile_core import charts
from profile_core.analysis import palette
from profile_core.charts import KEYS, BeforeAfter
from tests.chart_specs import HOSTILE, assert_only_data, layers, look, rows_of

COLOUR = "#0072b2"


def mark(**changes: Any) -> BeforeAfter:
    values: dict[str, Any] = {
        "factor": "length",
        "title": "Length",
        "source": "judge",
        "setting": "evaluation",
        "before": 0.4,
        "before_low": 0.3,
        "before_high": 0.5,
        "after": 0.1,
        "after_low": -0.05,
        "after_high": 0.25,
        "is_before_told": True,
        "is_after_told": True,
        "is_moved": True,
        "is_before_small": False,
        "is_after_small": False,
        "before_absence": "",
        "after_absence": "",
        "colour": COLOUR,
        "before_value": "0.40 [0.30, 0.50]",
        "after_value": "0.10 [−0.05, 0.25]",
        "difference": "−0.30 [−0.41, −0.19]",
        "q": "< 0.001",
    }
    return BeforeAfter(**(values | changes))


def plot(marks: list[BeforeAfter], *, is_dark: bool = False, **more: Any) -> Any:
    return charts.before_after(
        marks,
        look(is_dark),
        panels=[
            (source, setting, COLOUR)
            for source, setting in dict.fromkeys((item.source, item.setting) for item in marks)
        ],
        rows=list(dict.fromkeys(item.title for item in marks)),
        width=more.pop("width", 700),
        **more,
    )


def passes(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Filter as Vega-Lite does, by the predicates that the chart uses."""
    if "and" in wanted:
        return all(passes(row, part) for part in wanted["and"])
    if "not" in wanted:
        return not passes(row, wanted["not"])
    value = row[wanted["field"]]
    return value is not None if wanted.get("valid") else bool(value == wanted["equal"])


def kept(chart: Any, layer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a layer that its filters let through."""
    filters = [step["filter"] for step in layer.get("transform", []) if "filter" in step]
    return [row for row in rows_of(chart, layer) if all(passes(row, item) for item in filters)]


def drawn(chart: Any, side: str) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """The visible marks of one side: mark, encoding and row."""
    return [
        (layer["mark"], layer["encoding"], row)
        for layer in layers(chart)
        if layer["mark"]["type"] == "point" and "field" in layer["encoding"].get("fill", {})
        if layer["encoding"]["x"]["field"] == f"x_{side}"
        for row in kept(chart, layer)
    ]


def rules(chart: Any, start: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        (layer["mark"], row)
        for layer in layers(chart)
        if layer["mark"]["type"] == "rule" and layer["encoding"]["x"].get("field") == start
        for row in kept(chart, layer)
    ]


def test_the_baseline_stands_above_the_scenario_in_the_same_row() -> None:
    chart = plot([mark()])
    ((before, _, row),) = drawn(chart, "before")
    ((after, _, _),) = drawn(chart, "after")
    assert before["yOffset"] < 0 < after["yOffset"]
    assert (row["x_before"], row["x_after"]) == (0.4, 0.1)


def test_both_intervals_are_drawn() -> None:
    chart = plot([mark()])
    ((_, before),) = rules(chart, "x_before_low")
    ((_, after),) = rules(chart, "x_after_low")
    assert (before["x_before_low"], before["x_before_high"]) == (0.3, 0.5)
    assert (after["x_after_low"], after["x_after_high"]) == (-0.05, 0.25)


def test_the_baseline_is_grey_and_the_scenario_has_the_colour_of_its_source() -> None:
    chart = plot([mark()])
    ((_, before, row),) = drawn(chart, "before")
    ((_, after, _),) = drawn(chart, "after")
    assert before["stroke"] == {"value": palette.SOFT.light}
    assert after["stroke"]["field"] == "colour"
    assert row["colour"] == COLOUR


def test_what_cannot_be_told_from_none_is_hollow_and_few_prompts_are_pale() -> None:
    chart = plot(
        [
            mark(title="told"),
            mark(title="not", is_after_told=False, is_before_told=False),
            mark(title="few", is_after_small=True),
        ]
    )
    by_title = {row["title"]: row for _, _, row in drawn(chart, "after")}
    assert by_title["told"]["after_fill"] == COLOUR
    assert by_title["not"]["after_fill"] == by_title["not"]["before_fill"] == palette.PAPER.light
    assert by_title["few"]["after_opacity"] < by_title["few"]["before_opacity"] == 1.0


def test_the_way_is_strong_only_where_the_two_can_be_told_apart() -> None:
    chart = plot([mark(title="moved"), mark(title="still", is_moved=False)])
    ways = {row["title"]: row["width"] for _, row in rules(chart, "x_before")}
    assert ways["moved"] > 2 * ways["still"]


def test_without_a_value_words_stand_in_its_lane() -> None:
    chart = plot([mark(after=None, after_low=None, after_high=None, after_absence="no pairs")])
    assert drawn(chart, "after") == []
    assert len(drawn(chart, "before")) == 1
    assert rules(chart, "x_before") == []
    assert "no pairs" in charts.svg(chart)


def test_a_value_without_an_interval_is_still_drawn() -> None:
    chart = plot([mark(after_low=None, after_high=None)])
    assert len(drawn(chart, "after")) == 1
    assert rules(chart, "x_after_low") == []


def test_settings_differ_by_shape_and_have_panels_of_one_scale() -> None:
    chart = plot([mark(), mark(setting="generation")])
    (shape,) = {json.dumps(item["shape"]["scale"]) for _, item, _ in drawn(chart, "after")}
    assert dict(zip(*json.loads(shape).values(), strict=True)) == {
        "evaluation": "circle",
        "generation": "diamond",
    }
    assert [row["x_after"] for _, _, row in drawn(chart, "after")] == pytest.approx([0.1, 2.46])
    assert ">generation<" in charts.svg(chart)


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_click_says_which_side_and_names_the_pairs(side: str) -> None:
    chart = plot([mark()])
    names = {param["name"]: param for param in chart.to_dict()["params"]}
    assert names[f"click_{side}"]["select"]["fields"] == list(KEYS)
    (target,) = (
        layer
        for layer in layers(chart)
        if "tooltip" in layer["encoding"] and layer["encoding"]["x"]["field"] == f"x_{side}"
    )
    (made,) = (step for step in target["transform"] if "calculate" in step)
    assert (made["as"], made["calculate"]) == ("group", f"'{side}'")
    (row,) = kept(chart, target)
    assert all(key in row for key in {*KEYS} - {"group"})


def test_for_a_page_it_is_the_same_chart_of_which_only_the_data_change() -> None:
    marks = [mark(), mark(setting="generation", after=None, after_absence="no pairs")]
    panels = [("judge", "evaluation", COLOUR), ("judge", "generation", COLOUR)]
    first, second = (
        charts.before_after_spec(drawn, look(False), panels=panels, rows=["Length"])
        for drawn in (marks, [mark(after=0.5), marks[1]])
    )
    same = [
        {name: part for name, part in spec.items() if name != "datasets"}
        for spec in (first, second)
    ]
    assert same[0] == same[1]
    assert [spec["datasets"]["marks"]["after"][0] for spec in (first, second)] == [0.1, 0.5]
    whole = charts.before_after(marks, look(False), panels=panels, rows=["Length"])
    spec = whole.to_dict()
    constant = spec.pop("datasets")
    del spec["data"]
    for layer in spec["layer"]:
        if "data" in layer:
            layer["data"] = {"values": constant[layer["data"]["name"]]}
    assert without_names(spec) == without_names(
        {name: part for name, part in first.items() if name not in ("data", "datasets")}
    )


def without_names(spec: dict[str, Any]) -> str:
    """A specification without the names that altair counts up for its views."""
    return re.sub(r"view_\d+", "view", json.dumps(spec, sort_keys=True))


@pytest.mark.parametrize("is_dark", [False, True])
def test_it_is_a_picture_on_the_paper_of_its_theme(is_dark: bool) -> None:
    chart = plot([mark()], is_dark=is_dark, title="The finding", caption=["How to read it"])
    assert chart.to_dict()["config"]["background"] == palette.PAPER.on(is_dark)
    assert json.loads(chart.to_json())["layer"]
    assert charts.png(chart, scale=1).startswith(b"\x89PNG")
    assert "The finding" in charts.svg(chart)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_stay_data(name: str) -> None:
    texts = ("factor", "title", "source", "setting", "after_absence", "before_value", "difference")
    assert_only_data(plot([mark(**dict.fromkeys(texts, name))]), name)
    assert_only_data(plot([mark(**dict.fromkeys(texts[:3], name))]), name)
