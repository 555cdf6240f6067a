"""Reweighting by sliders: the mix that the pairs have, and the weights that make another one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.scenario import Weights
from profile_core.analysis.target_mix import target_mix
from profile_core.errors import PredicateError, ProfileError
from profile_core.stats.planes import count_bits
from profile_core.store.columns import Role
from profile_core.store.study import Study
from profile_core.types import LabelSet
from profile_core.ui import influence_view

MOST = 8
"""Values of a column that sliders can be read beside each other."""
_COLUMNS = ("task", "scenario", "setting", "dataset", "generator_a", "generator_b")
_SAME = 0.005
"""Percent: what a slider that nobody moved may be off by, since it is rounded."""


def columns(planes: StudyPlanes) -> list[str]:
    """List the columns by whose values pairs can be reweighted: a few values, at least two."""
    study = planes.study
    return list(_columns_of(study.key, study.versions().data, planes.wide.labels, study))


def actual(planes: StudyPlanes, column: str, where: str | None) -> dict[str, float]:
    """Give each value's share of the pairs that the filter keeps, in percent; no value of none.

    Raises PredicateError or UnknownName.
    """
    mask = planes.mask(where)
    pairs = {
        value: int(count_bits(own if mask is None else own & mask))
        for value, own in planes.groups(column)
    }
    total = sum(pairs.values())
    return {value: 100 * count / total for value, count in pairs.items() if count}


def shares(planes: StudyPlanes, where: str | None, weights: Weights) -> dict[str, float]:
    """Give each value's share under weights, in percent: what the sliders of a mix stand at.

    Raises ProfileError for weights that leave nothing.
    """
    by_value = dict(weights.of)
    weighed = {
        value: share * by_value.get(value, 1.0)
        for value, share in actual(planes, weights.column, where).items()
    }
    total = sum(weighed.values())
    if total <= 0:
        raise ProfileError(f"these weights of {weights.column} leave no pair")
    return {value: 100 * share / total for value, share in weighed.items()}


def weights(
    study: Study,
    column: str,
    wanted: Mapping[str, float],
    stands: Mapping[str, float],
    where: str | None,
    labels: LabelSet,
) -> Weights | None:
    """Give the weights that make a mix; None where the sliders stand at what the pairs have."""
    if all(abs(wanted[value] - stands[value]) <= 1.001 * _SAME for value in wanted):
        return None
    return target_mix(study, column, wanted, where=where, labels=labels)


@st.cache_data(max_entries=16, show_spinner=False)
def _columns_of(key: str, data_version: int, labels: LabelSet, _study: Study) -> tuple[str, ...]:
    planes = influence_view.planes_of(_study, labels)
    found = []
    for column in planes.wide.columns:
        if column.name not in _COLUMNS and column.role is not Role.META:
            continue
        try:
            values = planes.groups(column.name)
        except PredicateError:
            continue
        if 1 < len(values) <= MOST:
            found.append(column.name)
    return tuple(found)
