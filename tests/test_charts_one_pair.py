"""One pair: each source's predicted choice as it is, and as it would be."""

from __future__ import annotations

from typing import Any

import pytest

from profile_core import charts
from profile_core.analysis import palette
from profile_core.charts import Predicted
from tests.chart_specs import HOSTILE, assert_only_data, layers, look, rows_of


def predicted(**changes: Any) -> Predicted:
    values: dict[str, Any] = {
        "source": "judge",
        "before": 0.3,
        "before_low": 0.2,
        "before_high": 0.4,
        "after": 0.7,
        "after_low": 0.55,
        "after_high": 0.8,
        "chose": "b",
        "colour": "#0072b2",
        "before_value": "30 % [20, 40]",
        "after_value": "70 % [55, 80]",
    }
    return Predicted(**(values | changes))


def plot(*rows: Predicted, is_dark: bool = False) -> Any:
    return charts.predictions(rows, look(is_dark), width=700)


def points(chart: Any, side: str) -> list[dict[str, Any]]:
    return [
        row
        for layer in layers(chart)
        if layer["mark"]["type"] == "point" and layer["encoding"]["x"]["field"] == side
        for row in rows_of(chart, layer)
    ]


def rules(chart: Any, start: str) -> list[dict[str, Any]]:
    return [
        row
        for layer in layers(chart)
        if layer["mark"]["type"] == "rule" and layer["encoding"]["x"].get("field") == start
        for row in rows_of(chart, layer)
    ]


def test_both_predictions_stand_on_one_scale_with_their_intervals() -> None:
    chart = plot(predicted())
    (before,), (after,) = points(chart, "before"), points(chart, "after")
    assert (before["before"], after["after"]) == (0.3, 0.7)
    assert [row["before_high"] for row in rules(chart, "before_low")] == [0.4]
    assert [row["after_high"] for row in rules(chart, "after_low")] == [0.8]


def test_the_way_is_drawn_only_where_a_prediction_moves() -> None:
    chart = plot(predicted(), predicted(source="still", after=0.301))
    assert [row["source"] for row in rules(chart, "before")] == ["judge"]


def test_the_row_says_what_the_source_chose() -> None:
    picture = charts.svg(plot(predicted(), predicted(source="silent", chose="")))
    assert "judge · b" in picture
    assert "silent" in picture
    assert "silent ·" not in picture


def test_a_prediction_without_an_interval_is_still_drawn() -> None:
    chart = plot(predicted(after_low=None, after_high=None))
    assert len(points(chart, "after")) == 1
    assert rules(chart, "after_low") == []


@pytest.mark.parametrize("is_dark", [False, True])
def test_it_is_a_picture_on_the_paper_of_its_theme(is_dark: bool) -> None:
    chart = plot(predicted(), is_dark=is_dark)
    assert chart.to_dict()["config"]["background"] == palette.PAPER.on(is_dark)
    assert charts.png(chart, scale=1).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_stay_data(name: str) -> None:
    assert_only_data(plot(predicted(source=name, chose=name, before_value=name)), name)
