"""Which values a column of the pair view takes, for the choices that a filter offers."""

from __future__ import annotations

from profile_core.errors import PredicateError
from profile_core.store import pair_wide
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.types import LabelSet


def values(study: Study, column: str, labels: LabelSet = LabelSet.AUTOMATIC) -> dict[str, int]:
    """Count the pairs by value, sorted by value; empty for a column with too many to choose from.

    Raises UnknownName for a column that the pair view does not have.
    """
    reader = PairReader(study, pair_wide.ensure(study, labels))
    try:
        return {value: len(pairs) for value, pairs in reader.groups(column)}
    except PredicateError:
        return {}
