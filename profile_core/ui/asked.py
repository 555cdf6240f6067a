"""What a link asks of a page: the filter words of any page, and values that mean nothing here.

Read before the widgets are drawn, since Streamlit drops from the address what they cannot take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from profile_core.text import numbers
from profile_core.ui import frame

_LONGEST = 60
NOT_IN_STUDY = "which this study does not have"


def take_over(own_names: Mapping[str, str]) -> None:
    """Rename plain words of the address to a page's own names, and run the page again if any is.

    A name of the page's own that the address has already keeps its value.
    """
    address = {name: st.query_params.get_all(name) for name in st.query_params}
    plain = [name for name, own in own_names.items() if name in address and own != name]
    if not plain:
        return
    wanted = {
        own_names[name]: address[name][-1]
        for name in plain
        if address[name] and own_names[name] not in address
    }
    if any(own in st.session_state for own in own_names.values()):
        # The widgets are there already, so their names can no longer be set in the address.
        for own, value in wanted.items():
            st.session_state[own] = value
        for name in plain:
            del st.query_params[name]
        return
    kept = {name: value for name, value in address.items() if name not in plain}
    st.query_params.from_dict({**kept, **wanted})
    st.rerun()


def remark(key: str, what: str, known: Iterable[str], instead: str, why: str = NOT_IN_STUDY) -> str:
    """Say which values of a name in the address are not known; empty where all are."""
    options = set(known)
    unknown = [value for value in st.query_params.get_all(key) if value and value not in options]
    if not unknown:
        return ""
    quoted = numbers.listed([f"“{_short(value)}”" for value in unknown])
    return f"The link asks for {what} {quoted}, {why}; {instead}."


def one_of(options: Sequence[str]) -> str:
    """Explain a value that is not among a few fixed ones."""
    return f"which is not one of {numbers.listed(list(options))}"


def tell(remarks: Iterable[str]) -> None:
    """Draw what was not understood, in one line."""
    if said := " ".join(filter(None, remarks)):
        frame.note(said)


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
