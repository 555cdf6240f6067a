"""Analyses that pages show, computed once for each state of the study."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis.headline import Headline
from profile_core.analysis.headline import headline as compute_headline
from profile_core.analysis.health import Check
from profile_core.analysis.health import health as compute_health
from profile_core.analysis.overview import StudyInfo
from profile_core.analysis.overview import info as compute_info
from profile_core.store import label_states
from profile_core.store.label_states import LabelCounts
from profile_core.store.study import Study, Versions

_KEPT = 8


def info(study: Study) -> StudyInfo:
    """What the study holds."""
    return _info(study.key, study.versions(), study)


def health(study: Study) -> tuple[Check, ...]:
    """What may be wrong with the study's data."""
    return _health(study.key, study.versions(), study)


def labels(study: Study) -> LabelCounts:
    """How many factor labels people have given."""
    return _labels(study.key, study.versions(), study)


def headline(study: Study) -> Headline:
    """What the study says so far."""
    return _headline(study.key, study.versions(), study)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _info(key: str, versions: Versions, _study: Study) -> StudyInfo:
    return compute_info(_study)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _health(key: str, versions: Versions, _study: Study) -> tuple[Check, ...]:
    return compute_health(_study, info(_study).factors)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _labels(key: str, versions: Versions, _study: Study) -> LabelCounts:
    return label_states.counts(_study)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _headline(key: str, versions: Versions, _study: Study) -> Headline:
    return compute_headline(_study)
