"""A scenario as the page's widgets hold it, which is what the address carries.

Reading a link, a saved scenario or a one-click scenario means setting these widgets; whatever was
opened is then the page's own, to be changed further.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from profile_core.analysis import saved_scenarios
from profile_core.analysis.planes import load
from profile_core.analysis.scenario import Scenario, from_json
from profile_core.store.study import Study
from profile_core.types import LabelSet, Variant
from profile_core.ui import filters, what_if_mix
from profile_core.ui.influence_controls import VARIANTS

PAGE = "what_if"
BEFORE_AFTER, ONE_PAIR, SAVED = "before and after", "one pair", "saved scenarios"
VIEWS = (BEFORE_AFTER, ONE_PAIR, SAVED)
_BAND, _SHARE = "band.", "share."
_NEW = "what-if-new-sliders"
_LINKS = ("saved", "definition")
_FILTERS = ("task", "scenario", "setting", "generator")


def key(name: str) -> str:
    """Name one of the page's own widgets in its address."""
    return filters.parameter(PAGE, name)


def band_key(factor: str) -> str:
    """Name the slider of a matched factor's band."""
    return key(f"{_BAND}{factor}")


def share_key(value: str) -> str:
    """Name the slider of a value's share in the target mix."""
    return key(f"{_SHARE}{value}")


def take_over(study: Study) -> None:
    """Open the scenario that a link names (`what_if.saved`) or holds (`what_if.definition`).

    It is written out in the address, and the page runs again. Raises ProfileError for one that is
    not there or cannot be read; the link is taken away first, so that the page works on.
    """
    address = {name: st.query_params.get_all(name) for name in st.query_params}
    name, text = (st.query_params.get(key(word)) for word in _LINKS)
    kept = {name: value for name, value in address.items() if name not in map(key, _LINKS)}
    if len(kept) == len(address):
        return
    st.query_params.from_dict(kept)
    scenario = saved_scenarios.find(study, name).scenario if name else from_json(text or "{}")
    if any(str(own).startswith(key("")) for own in st.session_state):
        # The widgets are there already, so their names can no longer be set in the address.
        open_(study, scenario)
        return
    written = {
        name: list(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in _state(study, scenario).items()
        if value not in (None, "", [], 0.0)
    }
    st.query_params.from_dict({**kept, **written})
    st.rerun()


def open_(study: Study, scenario: Scenario) -> None:
    """Set every widget to a scenario; raises ProfileError where its weights cannot be read."""
    for name, value in _state(study, scenario).items():
        if name.startswith((key(_BAND), key(_SHARE))):
            begin(name, value)
        else:
            st.session_state[name] = value


def begin(name: str, value: float) -> None:
    """Let a slider stand at a value that its address shows, whether or not it was drawn before.

    What a script sets, Streamlit writes into the address only of widgets that it has drawn; others
    must be read from there, by a run of their own.
    """
    if name in st.session_state:
        st.session_state[name] = value
    elif value:
        st.query_params[name] = str(value)
        st.session_state[_NEW] = True


def write_out() -> None:
    """Run again where the address has a value for a slider that is still to be drawn."""
    if st.session_state.pop(_NEW, False):
        st.rerun()


def _state(study: Study, scenario: Scenario) -> dict[str, Any]:
    """Give what every widget stands at, by its name."""
    shares = {}
    if scenario.weights:
        planes = load(study, scenario.labels)
        shares = what_if_mix.shares(planes, scenario.where, scenario.weights)
    return {
        **{key(name): value for name, value in _widgets(scenario).items()},
        **{band_key(item.factor): item.band for item in scenario.matched},
        **{share_key(value): share for value, share in shares.items()},
    }


def _widgets(scenario: Scenario) -> dict[str, Any]:
    return {
        **dict.fromkeys(_FILTERS),
        "where": scenario.where or "",
        "labels": LabelSet(scenario.labels).value,
        "matched": [item.factor for item in scenario.matched],
        "modelled": list(scenario.modelled),
        "drop": list(scenario.dropped),
        "sources": list(scenario.sources),
        "variant": _label_of(scenario.variant),
        "weigh": scenario.weights.column if scenario.weights else None,
    }


def _label_of(variant: Variant) -> str:
    return next(label for label, own in VARIANTS.items() if own is variant)
