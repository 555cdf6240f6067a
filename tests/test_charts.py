"""Charts: valid, exportable, readable in both themes, and deaf to what names try to say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from profile_core import charts
from profile_core.analysis import palette
from profile_core.charts import KEYS, Cell, Mark
from tests.chart_specs import HOSTILE, assert_only_data, layers, look, rows_of


def mark(**changes: Any) -> Mark:
    values: dict[str, Any] = {
        "factor": "length",
        "title": "Length",
        "source": "human",
        "setting": "evaluation",
        "group": "",
        "tau": 0.35,
        "low": 0.24,
        "high": 0.45,
        "is_told": True,
        "is_small": False,
        "absence": "",
        "prompts": 158,
        "colour": "#1c1f2b",
        "value": "0.35 [0.24, 0.45]",
        "counts": "578 concordant",
        "q": "< 0.001",
    }
    return Mark(**(values | changes))


def dots(
    marks: list[Mark], *, width: charts.Width = 700, is_dark: bool = False, **more: Any
) -> Any:
    sources = list(dict.fromkeys(item.source for item in marks))
    return charts.dot_plot(
        marks,
        look(is_dark),
        panels=[(name, "#1c1f2b") for name in sources],
        rows=list(dict.fromkeys(item.title for item in marks)),
        reference=more.pop("reference", {}),
        width=700,
        **more,
    )


def points(chart: Any, shape: str) -> list[dict[str, Any]]:
    """The layers that draw marks of a shape, without the wide targets for clicks."""
    return [
        layer
        for layer in layers(chart)
        if layer["mark"].get("shape") == shape and "fill" in layer["encoding"]
    ]


def drawn(chart: Any, shape: str) -> list[dict[str, Any]]:
    """The visible marks of a shape."""
    found = points(chart, shape)
    return rows_of(chart, found[-1]) if found else []


def test_a_dot_plot_is_valid_json_and_a_picture() -> None:
    chart = dots(
        [mark(), mark(setting="generation", tau=-0.1, low=-0.2, high=0.0, is_told=False)],
        reference={"Length": 0.3},
        title="Longer is preferred",
        caption=["How to read it"],
    )
    assert json.loads(chart.to_json())["layer"]
    assert charts.png(chart, scale=1).startswith(b"\x89PNG")
    picture = charts.svg(chart)
    assert picture.startswith("<svg")
    assert "Longer is preferred" in picture


def test_what_is_not_told_from_none_is_hollow_and_few_prompts_are_pale() -> None:
    chart = dots(
        [
            mark(title="told"),
            mark(title="not told", is_told=False),
            mark(title="pale", is_small=True),
        ]
    )
    by_title = {row["title"]: row for row in drawn(chart, "circle")}
    assert by_title["told"]["fill"] == "#1c1f2b"
    assert by_title["not told"]["fill"] == palette.PAPER.light
    assert by_title["pale"]["opacity"] < by_title["told"]["opacity"]


def test_settings_differ_by_shape_and_stand_in_lanes_of_their_own() -> None:
    chart = dots([mark(), mark(setting="generation")])
    (circle,), (diamond,) = (
        {layer["mark"]["yOffset"] for layer in points(chart, shape)}
        for shape in ("circle", "diamond")
    )
    assert circle < 0 < diamond
    alone = dots([mark(setting="generation")])
    assert {layer["mark"]["yOffset"] for layer in points(alone, "diamond")} == {0}


def test_too_few_prompts_stand_as_words_and_not_as_a_number() -> None:
    chart = dots([mark(absence="too few prompts (3)", tau=1.0, low=None, high=None)])
    assert drawn(chart, "circle") == []
    assert "too few prompts (3)" in charts.svg(chart)


def test_a_point_without_an_interval_is_still_drawn() -> None:
    assert len(drawn(dots([mark(tau=1.0, low=None, high=None)]), "circle")) == 1


def test_the_axis_is_symmetric_and_the_same_in_every_panel() -> None:
    one, three = dots([mark()]), dots([mark(source=name) for name in ("a", "b", "c")])
    for chart, panels in ((one, 1), (three, 3)):
        scale = layers(chart)[0]["encoding"]["x"]["scale"]["domain"]
        assert scale[0] < -1
        assert scale[1] - scale[0] == pytest.approx(2.16 + (panels - 1) * 2.36)
    centres = [row["x"] - 0.35 for row in drawn(three, "circle")]
    assert centres == pytest.approx([0, 2.36, 4.72])
    picture = charts.svg(three)
    assert picture.count(">0<") == 3
    assert picture.count(">+1<") == 3


def test_the_reference_is_a_bar_in_every_panel_but_its_own() -> None:
    marks = [mark(source="human"), mark(source="judge")]
    chart = dots(marks, reference={"Length": 0.35}, reference_name="human")
    (bars,) = (layer for layer in layers(chart) if layer["mark"]["type"] == "tick")
    assert [row["x"] for row in rows_of(chart, bars)] == [pytest.approx(0.35 + 2.36)]


def test_factors_keep_the_order_they_are_given() -> None:
    chart = dots([mark(title="zebra"), mark(title="ant")])
    orders = [
        layer["encoding"]["y"]["sort"][1:] for layer in layers(chart) if "y" in layer["encoding"]
    ]
    assert all(order == ["zebra", "ant"] for order in orders)


def test_a_click_gives_what_names_the_pairs_in_every_layer_that_listens() -> None:
    params = dots([mark(), mark(setting="generation")]).to_dict()["params"]
    assert {param["name"] for param in params} == {"click_evaluation", "click_generation"}
    assert all(param["select"]["fields"] == list(KEYS) for param in params)
    assert len({view for param in params for view in param["views"]}) == 2


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_chart_sits_on_the_paper_of_its_theme(is_dark: bool) -> None:
    config = dots([mark()], is_dark=is_dark).to_dict()["config"]
    assert config["background"] == palette.PAPER.on(is_dark)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_data_stay_data(name: str) -> None:
    """No expression, field, address or format may hold a name: only values in the data may."""
    every = [
        dots([mark(title=name, source=name, factor=name, group=name)], reference={name: 0.1}),
        charts.heat_map(
            [mark(title=name, group=name, source=name)],
            look(False),
            columns=[name],
            rows=[name],
            width=300,
        ),
        charts.agreement_map(
            [Cell(name, "other", 0.5, name)],
            look(False),
            names=["other", name],
            width=300,
        ),
    ]
    for chart in every:
        assert_only_data(chart, name)


def test_a_heat_map_is_centred_on_none_and_never_red_green() -> None:
    chart = charts.heat_map(
        [mark(group="x"), mark(group="y", tau=-0.9, is_told=False)],
        look(False),
        columns=["x", "y"],
        rows=["Length"],
        width=300,
    )
    cells = layers(chart)[0]
    scale = cells["encoding"]["fill"]["scale"]
    assert scale["domain"] == [-1, 0, 1]
    assert scale["range"] == [
        palette.NEGATIVE.light,
        palette.PAPER.light,
        palette.POSITIVE.light,
    ]
    assert [row["fill"] for row in rows_of(chart, cells)] == [1.0, 0.0]
    assert "−0.90" in charts.svg(chart)


def test_factors_together_are_drawn_once_a_pair() -> None:
    names = ["a", "b", "c"]
    cells = [Cell(first, second, 0.5, "3 pairs") for first in names for second in names]
    chart = charts.agreement_map(cells, look(False), names=names, width=300)
    assert len(rows_of(chart, layers(chart)[0])) == 3


def test_sixty_factors_of_six_sources_are_drawn_in_a_second() -> None:
    marks = [
        mark(title=f"factor {factor}", source=f"source {source}", setting=setting)
        for factor in range(60)
        for source in range(6)
        for setting in ("evaluation", "generation")
    ]
    chart = dots(marks)
    assert len(drawn(chart, "circle")) == 360
    assert len(chart.to_json()) < 2_000_000
