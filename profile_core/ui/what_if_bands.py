"""How far two values of a factor may be apart to count as matched: the range of a slider."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from profile_core.analysis.planes import StudyPlanes
from profile_core.store.study import Study, Versions
from profile_core.types import LabelSet
from profile_core.ui import influence_view

_STEPS = 50
"""Stops of a slider, about: fine enough to choose, coarse enough to hit."""
_MOST, _FIRST = 0.95, 0.25
"""The shares of all pairs that the whole range, and the band one begins with, keep."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a band's slider runs through."""

    high: float
    step: float
    first: float
    """The band that one begins with: a quarter of the pairs, about."""

    @property
    def format(self) -> str:
        """How a value is written, as printf has it."""
        return "%.0f" if self.step >= 1 else f"%.{-math.floor(math.log10(self.step))}f"


def range_of(planes: StudyPlanes, factor: str) -> Range:
    """Find the range for a factor; read once for each state of the study."""
    study = planes.study
    return _range(study.key, study.versions(), planes.wide.labels, factor, study)


@st.cache_data(max_entries=64, show_spinner=False)
def _range(key: str, versions: Versions, labels: LabelSet, factor: str, _study: Study) -> Range:
    apart = np.abs(influence_view.planes_of(_study, labels).arrays.difference(factor))
    apart = apart[np.isfinite(apart)].astype(np.float64)
    if not len(apart) or not apart.any():
        return Range(1.0, 1.0, 0.0)
    is_whole = bool((apart == np.round(apart)).all())
    most, first = (float(value) for value in np.quantile(apart, [_MOST, _FIRST]))
    step = _nice((most or float(apart.max())) / _STEPS)
    if is_whole:
        step = max(step, 1.0)
    stops = max(math.ceil((most or float(apart.max())) / step - 1e-9), 1)
    return Range(
        float(f"{stops * step:.6g}"), step, float(f"{math.floor(first / step + 1e-9) * step:.6g}")
    )


def _nice(number: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(number))
    return float(f"{next(m for m in (1, 2, 5, 10) if m * power >= number * 0.999) * power:.6g}")
