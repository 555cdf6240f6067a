"""Reading a chart's specification: what tests of all charts share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from profile_core import charts
from profile_core.analysis import palette
from profile_core.charts import Look

HOSTILE = (
    "datum.x",
    "<img src=x onerror=alert(1)>",
    "');alert(1)//",
    "https://example.org/a.png",
    "a.b[0]['c']",
    "∞ \u202e right to left",
    "signal: width",
    "x" * 300,
)


def look(is_dark: bool) -> Look:
    return Look(
        *(
            colour.on(is_dark)
            for colour in (
                palette.PAPER,
                palette.INK,
                palette.SOFT,
                palette.HAIR,
                palette.NEGATIVE,
                palette.POSITIVE,
            )
        )
    )


def layers(chart: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chart.to_dict()["layer"]
    return found


def rows_of(chart: Any, layer: dict[str, Any]) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    source = layer.get("data") or spec["data"]
    found: list[dict[str, Any]] = spec["datasets"][source["name"]]
    return found


def assert_only_data(chart: Any, name: str) -> None:
    """Check that no expression, field, address or format holds a name: only values may."""
    spec = chart.to_dict()
    del spec["datasets"]
    for path, value in leaves(spec):
        if isinstance(value, str) and name in value:
            assert path[-2] in ("domain", "sort"), path
    assert not {path[-1] for path, _ in leaves(spec)} & {"href", "url"}
    picture = charts.svg(chart)
    assert "<svg" in picture
    assert "<img" not in picture


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path, value
