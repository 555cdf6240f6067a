"""Which factors go together: where one response has more of one, has it more of the other too?

Two factors that agree cannot be told apart by their influences alone, so this stands beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from profile_core.analysis.planes import load
from profile_core.errors import UnknownName
from profile_core.stats.agreement import factor_agreement as agreement_table
from profile_core.store.study import Study
from profile_core.types import LabelSet


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How the differences of two factors agree in sign over pairs."""

    first: str
    second: str
    tau: float | None
    """Kendall's tau_b form, in [-1, 1]; None where one of them never differs."""
    same: int
    """Pairs where the response that has more of the first has more of the second."""
    opposite: int


def factor_agreement(
    study: Study,
    *,
    labels: LabelSet = LabelSet.AUTOMATIC,
    where: str | None = None,
    factors: Sequence[str] = (),
) -> tuple[AgreementRow, ...]:
    """Compare every two of some factors (none named: all), over the pairs that a filter keeps.

    Both orders of two factors are among the rows. Raises UnknownName or PredicateError.
    """
    planes = load(study, labels)
    names = [factor.name for factor in planes.factors]
    for name in factors:
        if name not in names:
            raise UnknownName("factor with values", name, names)
    places = [names.index(name) for name in factors] or list(range(len(names)))
    found = agreement_table(planes.planes.restricted(factors=places), planes.mask(where))
    return tuple(
        AgreementRow(
            names[first],
            names[second],
            None if math.isnan(found.tau[row, column]) else float(found.tau[row, column]),
            int(found.concordant[row, column]),
            int(found.discordant[row, column]),
        )
        for row, first in enumerate(places)
        for column, second in enumerate(places)
    )
