"""Arrows: from where to where each influence moves, and what cannot be told is hollow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from profile_core import charts
from profile_core.analysis import palette
from profile_core.charts import KEYS, Arrow
from tests.chart_specs import HOSTILE, assert_only_data, layers, look, rows_of


def arrow(**changes: Any) -> Arrow:
    values: dict[str, Any] = {
        "factor": "hallucination",
        "title": "Hallucination",
        "source": "human",
        "setting": "evaluation",
        "before": -0.21,
        "before_low": -0.3,
        "before_high": -0.12,
        "after": -0.08,
        "after_low": -0.15,
        "after_high": -0.01,
        "is_told": True,
        "is_small": False,
        "absence": "",
        "colour": "#1c1f2b",
        "before_value": "−0.21 [−0.30, −0.12]",
        "after_value": "−0.08 [−0.15, −0.01]",
        "difference": "+0.13 [0.04, 0.22]",
        "labels": "97 of 100",
    }
    return Arrow(**(values | changes))


def plot(arrows: list[Arrow], *, is_dark: bool = False, **more: Any) -> Any:
    return charts.arrow_plot(
        arrows,
        look(is_dark),
        panels=[
            (source, setting, "#1c1f2b")
            for source, setting in dict.fromkeys((item.source, item.setting) for item in arrows)
        ],
        rows=list(dict.fromkeys(item.title for item in arrows)),
        width=more.pop("width", 700),
        **more,
    )


def heads(chart: Any) -> list[tuple[str, dict[str, Any]]]:
    """The visible heads with their shapes: the last layer of each shape."""
    found = {}
    for layer in layers(chart):
        mark = layer["mark"]
        if mark["type"] == "point" and "fill" in layer["encoding"]:
            found[mark["shape"]] = rows_of(chart, layer)
    return [(shape, row) for shape, rows in found.items() for row in rows]


def rules(chart: Any, start: str) -> list[dict[str, Any]]:
    """The rows that are drawn as lines from a field."""
    drawn = [
        layer
        for layer in layers(chart)
        if layer["mark"]["type"] == "rule" and layer["encoding"]["x"].get("field") == start
    ]
    return [row for layer in drawn for row in rows_of(chart, layer)]


@pytest.mark.parametrize(
    ("before", "after", "shape"),
    [
        (-0.21, -0.08, "triangle-right"),
        (0.3, -0.1, "triangle-left"),
        (0.3, 0.304, "circle"),
    ],
)
def test_the_head_points_where_the_influence_moved(before: float, after: float, shape: str) -> None:
    chart = plot([arrow(before=before, after=after)])
    ((found, row),) = heads(chart)
    assert found == shape
    assert (row["x_before"], row["x_after"]) == (before, after)


def test_the_tip_and_not_the_middle_of_a_head_stands_at_its_value() -> None:
    chart = plot([arrow(), arrow(title="Off focus", before=0.1, after=-0.1)])
    offsets = {
        layer["mark"]["shape"]: layer["mark"]["xOffset"]
        for layer in layers(chart)
        if layer["mark"]["type"] == "point" and "fill" in layer["encoding"]
    }
    assert offsets["triangle-right"] < 0 < offsets["triangle-left"]


def test_what_cannot_be_told_apart_is_hollow_and_few_prompts_are_pale() -> None:
    chart = plot(
        [arrow(title="told"), arrow(title="not", is_told=False), arrow(title="few", is_small=True)]
    )
    by_title = {row["title"]: row for _, row in heads(chart)}
    assert by_title["told"]["fill"] == "#1c1f2b"
    assert by_title["not"]["fill"] == palette.PAPER.light
    assert by_title["few"]["opacity"] < by_title["told"]["opacity"]


def test_both_intervals_are_drawn() -> None:
    chart = plot([arrow()])
    (before,) = rules(chart, "x_before_low")
    (after,) = rules(chart, "x_after_low")
    assert (before["x_before_low"], before["x_before_high"]) == (-0.3, -0.12)
    assert (after["x_after_low"], after["x_after_high"]) == (-0.15, -0.01)


def test_without_a_second_value_words_stand_in_place_of_the_arrow() -> None:
    chart = plot([arrow(after=None, after_low=None, after_high=None, absence="no label drawn")])
    assert heads(chart) == []
    assert "no label drawn" in charts.svg(chart)
    (band,) = rules(chart, "x_before_low")
    assert band["title"] == "Hallucination"


def test_a_value_without_an_interval_is_still_drawn() -> None:
    assert len(heads(plot([arrow(after_low=None, after_high=None)]))) == 1


def test_panels_share_one_symmetric_axis() -> None:
    chart = plot([arrow(), arrow(setting="generation"), arrow(source="other")])
    low, high = layers(chart)[0]["encoding"]["x"]["scale"]["domain"]
    assert low < -1
    assert [row["x_after"] + 0.08 for _, row in heads(chart)] == pytest.approx([0, 2.36, 4.72])
    assert low + high == pytest.approx(2 * 2.36)
    picture = charts.svg(chart)
    assert picture.count(">0<") == 3
    assert ">generation<" in picture


def test_the_header_says_what_the_two_values_are() -> None:
    assert "automatic → corrected" in charts.svg(plot([arrow()], header="automatic → corrected"))


def test_a_click_gives_what_names_the_pairs() -> None:
    (param,) = plot([arrow()]).to_dict()["params"]
    assert param["select"]["fields"] == list(KEYS)
    (target,) = [layer for layer in layers(plot([arrow()])) if "tooltip" in layer["encoding"]]
    assert all(key in rows_of(plot([arrow()]), target)[0] for key in KEYS)


@pytest.mark.parametrize("is_dark", [False, True])
def test_it_is_a_picture_on_the_paper_of_its_theme(is_dark: bool) -> None:
    chart = plot([arrow()], is_dark=is_dark, title="The finding", caption=["How to read it"])
    assert chart.to_dict()["config"]["background"] == palette.PAPER.on(is_dark)
    assert json.loads(chart.to_json())["layer"]
    assert charts.png(chart, scale=1).startswith(b"\x89PNG")
    assert "The finding" in charts.svg(chart)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_stay_data(name: str) -> None:
    texts = ("factor", "title", "source", "setting", "absence", "labels", "difference")
    assert_only_data(plot([arrow(**dict.fromkeys(texts, name))]), name)
    assert_only_data(plot([arrow(**dict.fromkeys(texts[:4], name))]), name)
