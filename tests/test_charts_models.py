"""Charts of models: weights in percent, doses, and the waterfall of one pair."""

from __future__ import annotations

from typing import Any

import pytest

from profile_core import charts
from profile_core.charts import DosePoint, Mark, Step
from tests.chart_specs import HOSTILE, assert_only_data, layers, look, rows_of

BINS = ["1 to 6", "7 to 20"]


def point(**changes: Any) -> DosePoint:
    values: dict[str, Any] = {
        "source": "claude",
        "setting": "evaluation",
        "bin": BINS[0],
        "share": 60.0,
        "low": 45.0,
        "high": 75.0,
        "is_told": False,
        "is_small": False,
        "colour": "#0072b2",
        "value": "60 [45, 75] %",
        "pairs": "6 prefer it, 4 do not",
    }
    return DosePoint(**(values | changes))


def steps(name: str = "Length") -> list[Step]:
    return [
        Step(name, 0.0, 1.5, False, "+1.50", "a − b = +3"),
        Step("Fluency", 1.5, 1.0, False, "−0.50", "a − b = −1"),
        Step("Together", 0.0, 1.0, True, "+1.00", "the sum"),
    ]


def dose(points: list[DosePoint], **more: Any) -> Any:
    return charts.dose_plot(points, look(False), bins=BINS, axis="words", width=600, **more)


def test_a_percentage_has_a_half_at_its_panels_zero() -> None:
    mark = Mark(
        *("length", "Length", "human", "evaluation", "", 0.5, 0.2, 0.7, True, False, "", 40),
        *("#1c1f2b", "75 [60, 85] %", "30 concordant", "0.01"),
    )
    chart = charts.dot_plot(
        [mark],
        look(False),
        panels=[("human", "#1c1f2b")],
        rows=["Length"],
        reference={},
        measure=charts.PREFERRED,
        width=600,
    )
    picture = charts.svg(chart)
    assert all(f">{tick}</text>" in picture for tick in ("0", "25", "50", "75", "100"))
    assert "how often more is preferred" in picture


def test_influences_keep_their_own_axis() -> None:
    chart = charts.dot_plot(
        [], look(False), panels=[("human", "#1c1f2b")], rows=["Length"], reference={}, width=600
    )
    picture = charts.svg(chart)
    assert "influence τ" in picture
    assert ">+0.5</text>" in picture
    assert ">0</text>" in picture


def test_a_dose_plot_draws_a_line_a_source_and_fills_what_is_told() -> None:
    points = [point(), point(bin=BINS[1], share=90.0, is_told=True)]
    chart = dose([*points, point(setting="generation", low=None, high=None)])
    ways = [layer for layer in layers(chart) if layer["mark"]["type"] == "line"]
    assert len(ways) == 2
    marks = [layer for layer in layers(chart) if "fill" in layer["encoding"]]
    filled = [row["fill"] for row in rows_of(chart, marks[1])]
    assert filled == [look(False).paper, "#0072b2"]
    rules = [layer for layer in layers(chart) if "y2" in layer["encoding"]]
    assert [len(rows_of(chart, layer)) for layer in rules] == [2, 0]
    assert "claude · generation" in charts.svg(chart)
    assert charts.png(dose(points, title="Dose", caption=["How to read it"]))[:4] == b"\x89PNG"


def test_each_dose_answers_a_click_with_its_source_and_bin() -> None:
    chart = dose([point(), point(source="other")]).to_dict()
    fields = {tuple(item["select"]["fields"]) for item in chart["params"]}
    assert fields == {charts.KEYS}
    assert len(chart["params"]) == 2


def test_a_waterfall_goes_from_step_to_step_and_ends_with_the_sum() -> None:
    chart = charts.waterfall(steps(), look(False), axis="log odds", width=500)
    (bars,) = (layer for layer in layers(chart) if layer["mark"]["type"] == "bar")
    rows = rows_of(chart, bars)
    assert [row["colour"] for row in rows] == [
        look(False).positive,
        look(False).negative,
        look(False).ink,
    ]
    assert rows[0]["end"] == rows[1]["begin"]
    assert "+1.00" in charts.svg(chart)


def test_a_waterfall_of_a_sum_below_zero_keeps_zero_in_sight() -> None:
    low = [Step("Length", 0.0, -3.0, False, "−3.00", ""), Step("Sum", 0.0, -3.0, True, "", "")]
    chart = charts.waterfall(low, look(True), axis="log odds", width=500)
    (bars,) = (layer for layer in layers(chart) if layer["mark"]["type"] == "bar")
    least, most = bars["encoding"]["x"]["scale"]["domain"]
    assert least < -3
    assert most > 0


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_are_only_data(name: str) -> None:
    assert_only_data(dose([point(source=name)]), name)
    assert_only_data(charts.waterfall(steps(name), look(False), axis="log odds", width=500), name)
