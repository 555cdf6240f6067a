"""Whole columns of a label set's pairs, read once and kept beside its bit planes.

A slider's step asks for the same filter and the same differences again and again; from here they
cost a comparison of arrays, not a query. They live and die with the planes that they belong to,
so that a change of the study can never leave an old one behind.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from profile_core.analysis.recent import Recent
from profile_core.errors import UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.planes import Words
from profile_core.store import pair_lists, predicate
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.store.wide_table import WideSource, WideTable

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]

_FILTERS = 32
"""Masks of filters that are kept: 125 kB each at a million pairs."""
_COLUMNS = 64
"""Columns that are kept: 4 to 8 MB each at a million pairs."""


class PairArrays:
    """The arrays of one label set's table. Safe to share between threads."""

    def __init__(self, study: Study, wide: WideTable, pairs: int) -> None:
        self._reader = PairReader(study, wide)
        self._pairs = pairs
        self._filters: Recent[Words] = Recent(_FILTERS)
        self._differences: Recent[npt.NDArray[np.floating]] = Recent(_COLUMNS)
        self._groups: Recent[list[tuple[str, Words]]] = Recent(_COLUMNS)
        self._probabilities: Recent[Floats] = Recent(_COLUMNS)
        self._choices: Recent[Codes] = Recent(_COLUMNS)

    def filtered(self, where: str) -> Words:
        """Mask the pairs for which a predicate is true; raises PredicateError."""
        return self._filters.get(where, lambda: self._read_filter(where))

    def difference(self, factor: str) -> npt.NDArray[np.floating]:
        """Value of a minus value of b, `[pairs]`, NaN where either is missing.

        In single precision where that holds every difference exactly. Raises UnknownName.
        """
        return self._differences.get(factor, lambda: self._read_difference(factor))

    def groups(self, column: str) -> list[tuple[str, Words]]:
        """Mask the pairs of each value of a column of the pair view; raises UnknownName."""
        return self._groups.get(column.lower(), lambda: self._read_groups(column))

    def probabilities(self, source: WideSource) -> Floats:
        """P(a preferred) of a source, `[pairs]`, NaN where it gave none."""
        return self._probabilities.get(source.source_id, lambda: self._reader.probabilities(source))

    def choices(self, source: WideSource) -> Codes:
        """What a source that judges chose, `[pairs]`, coded as in `stats.agreement`."""
        return self._choices.get(source.source_id, lambda: self._read_choices(source))

    def _read_filter(self, where: str) -> Words:
        checked = predicate.parse(where, self._reader.wide.column_names)
        with self._reader.study.cursor() as cursor:
            pairs = predicate.select_pair_numbers(cursor, self._reader.wide.name, checked)
        return bits.mask_from_indices(pairs, self._pairs)

    def _read_difference(self, factor: str) -> npt.NDArray[np.floating]:
        found = [item for item in self._reader.wide.factors if item.name == factor]
        if not found:
            known = [item.name for item in self._reader.wide.factors]
            raise UnknownName("factor with values", factor, known)
        a, b = self._reader.factor_values(found[0])
        difference = a - b
        single = difference.astype(np.float32)
        return single if np.array_equal(single, difference, equal_nan=True) else difference

    def _read_groups(self, column: str) -> list[tuple[str, Words]]:
        return [
            (value, bits.mask_from_indices(pairs, self._pairs))
            for value, pairs in self._reader.groups(column)
        ]

    def _read_choices(self, source: WideSource) -> Codes:
        column = [str(source.choice)]
        return np.asarray(pair_lists.choices(self._reader.study, self._reader.wide, column)[0])
