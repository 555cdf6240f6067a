"""Bulk reads of `pair_wide`: whole columns as arrays, in the order of `pair_no`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from profile_core.errors import PredicateError, UnknownName
from profile_core.store.rows import first_row, number
from profile_core.store.study import Study
from profile_core.store.wide_table import WideFactor, WideSource, WideTable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MAX_GROUPS = 200


@dataclass(frozen=True, slots=True)
class PairReader:
    """Reads one label set's table, a cursor for each call."""

    study: Study
    wide: WideTable

    def prompt_starts(self) -> npt.NDArray[np.int32]:
        """`[P + 1]`: the first pair of each prompt, and the number of pairs at the end."""
        prompt_of = self._columns("prompt_no")[0]
        if not len(prompt_of):
            return np.zeros(1, dtype=np.int32)
        starts = np.flatnonzero(np.diff(prompt_of, prepend=-1))
        return np.append(starts, len(prompt_of)).astype(np.int32)

    def factor_values(self, factor: WideFactor) -> tuple[Floats, Floats]:
        """One factor's values of both responses, `[pairs]` each; NaN where there is none."""
        a, b = self._columns(
            f'CAST("{factor.column_a}" AS DOUBLE)', f'CAST("{factor.column_b}" AS DOUBLE)'
        )
        return a.astype(np.float64, copy=False), b.astype(np.float64, copy=False)

    def values_of(self, pair_no: int) -> dict[str, tuple[float, float]]:
        """One pair's values of every factor, of a and of b; NaN where there is none."""
        if not self.wide.factors:
            return {}
        columns = [
            f'CAST("{column}" AS DOUBLE)'
            for factor in self.wide.factors
            for column in (factor.column_a, factor.column_b)
        ]
        query = f"SELECT {', '.join(columns)} FROM {self.wide.name} WHERE pair_no = ?"
        with self.study.cursor() as cursor:
            row = first_row(cursor, query, [pair_no]) or ()
        plain = [float("nan") if value is None else float(value) for value in row]
        sides = zip(plain[::2], plain[1::2], strict=True)
        return {factor.name: both for factor, both in zip(self.wide.factors, sides, strict=True)}

    def preferences(self, source: WideSource) -> tuple[Bools, Bools]:
        """Where a source prefers a, and where b; a generator prefers its higher level."""
        if source.choice:
            a, b = self._booleans(f"\"{source.choice}\" = 'a'", f"\"{source.choice}\" = 'b'")
            return a, b
        own = "setting = 'generation' AND generator_a = ?"
        a, b = self._booleans(
            f"{own} AND score_level_a > score_level_b",
            f"{own} AND score_level_b > score_level_a",
            parameters=[source.name, source.name],
        )
        return a, b

    def probabilities(self, source: WideSource) -> Floats:
        """P(a preferred) of a source, `[pairs]`; NaN where it gave none."""
        if not source.probability:
            return np.full(len(self._columns("pair_no")[0]), np.nan)
        return self._columns(source.probability)[0].astype(np.float64, copy=False)

    def is_generation(self) -> Bools:
        """Which pairs are derived from score levels."""
        return self._booleans("setting = 'generation'")[0]

    def groups(self, column: str) -> list[tuple[str, npt.NDArray[np.int64]]]:
        """Pair numbers by the values of a documented column, sorted; nulls are left out."""
        known = {name.lower(): name for name in self.wide.column_names}
        if column.lower() not in known:
            raise UnknownName("column", column, self.wide.column_names)
        name = known[column.lower()]
        with self.study.cursor() as cursor:
            found = number(cursor, f'SELECT count(DISTINCT "{name}") FROM {self.wide.name}')
            if found > MAX_GROUPS:
                raise PredicateError(
                    f"{name} has {found:,} different values: group by a column with at most "
                    f"{MAX_GROUPS}"
                )
            rows = cursor.execute(
                f'SELECT CAST("{name}" AS VARCHAR) AS value, list(pair_no) FROM {self.wide.name} '
                f'WHERE "{name}" IS NOT NULL GROUP BY value ORDER BY value'
            ).fetchall()
        return [(value, np.asarray(pairs, dtype=np.int64)) for value, pairs in rows]

    def _booleans(self, *conditions: str, parameters: list[object] | None = None) -> list[Bools]:
        known = self._columns(
            *(f"coalesce({condition}, FALSE)" for condition in conditions), parameters=parameters
        )
        return [column.astype(np.bool_) for column in known]

    def _columns(
        self, *expressions: str, parameters: list[object] | None = None
    ) -> list[npt.NDArray[Any]]:
        names = [f"column_{number}" for number in range(len(expressions))]
        selected = ", ".join(
            f"{expression} AS {name}" for expression, name in zip(expressions, names, strict=True)
        )
        with self.study.cursor() as cursor:
            found = cursor.execute(
                f"SELECT {selected} FROM {self.wide.name} ORDER BY pair_no", parameters or []
            ).fetchnumpy()
        return [_plain(found[name]) for name in names]


def _plain(column: object) -> npt.NDArray[Any]:
    """Turn DuckDB's masked array into a plain one, with NaN for null."""
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled(np.nan))
    return np.asarray(column)
