"""Printing results: aligned tables for people, JSON and CSV at full precision for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

MINUS = "−"
NONE = "–"

Record = Mapping[str, Any]


def print_json(value: object) -> None:
    """Print one JSON value; undefined numbers are null."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str))


def print_csv(records: Iterable[Record], columns: Sequence[str]) -> None:
    """Print records as CSV at full precision; what is undefined is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow(["" if (cell := record[name]) is None else cell for name in columns])
    click.echo(text.getvalue(), nl=False)


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Print an aligned table: the first `left` columns and the last words to the left."""
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    is_text = [
        place < left or not any(_is_number(row[place]) for row in rows)
        for place in range(len(headers))
    ]
    for row in (headers, *rows):
        cells = (
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, is_text, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def decimals(value: float | None, places: int = 2) -> str:
    """Round a number for reading, with a true minus sign; never `−0.00`."""
    if value is None:
        return NONE
    text = f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """Say an estimate with its interval: `0.35 [0.24, 0.45]`."""
    if value is None or low is None or high is None:
        return decimals(value)
    return f"{decimals(value)} [{decimals(low)}, {decimals(high)}]"


def chance(value: float | None) -> str:
    """Say a p or q value; a small one is `< 0.001`, never 0.000."""
    if value is not None and value < 0.001:
        return "< 0.001"
    return decimals(value, 3)


def count(value: int | None) -> str:
    """Say a whole number with its thousands apart."""
    return NONE if value is None else f"{value:,}"


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit() or cell[:1] in (MINUS, "<")
