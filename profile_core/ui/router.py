"""The way to every page: one address each, also on a server that has not seen the app yet.

A request for a page's address may reach the page's file before `app.py` has run (Streamlit's own
rule for a folder called `pages`). Each page therefore begins with `enter`, which sends such a
request through `app.py` and back, with its address intact.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_ORDER = ("overview", "browse", "annotate", "judges", "influence", "alignment", "what_if", "data")
_HOME = _ORDER[0]
_CAME_THROUGH_APP = "_came_through_app"
_RESUME = "page"


def navigation(app_file: str) -> StreamlitPage:
    """Register every page beside `app.py`, and give the one that the address asks for."""
    stems = sorted((path.stem for path in Path(app_file).parent.glob("pages/*.py")), key=_place)
    pages = {stem: st.Page(_path(stem), title=title(stem), url_path=stem) for stem in stems}
    home = st.Page(_go_home, title="PROFILE", default=True, visibility="hidden")
    page = st.navigation([home, *pages.values()], position="top")
    st.session_state[_CAME_THROUGH_APP] = True
    asked = st.query_params.get(_RESUME)
    if asked in pages:
        params = _address()
        del params[_RESUME]
        st.switch_page(pages[asked], query_params=params)
    return page


def enter(page_file: str) -> None:
    """Begin a page: its first line. Comes back with the app around the page."""
    if _CAME_THROUGH_APP not in st.session_state:
        params = {**_address(), _RESUME: Path(page_file).stem}
        st.switch_page("app.py", query_params=params)


def go(page: str, params: Mapping[str, str] | None = None) -> None:
    """Leave for another page, whose address gets these parameters and no others.

    No page may bind a widget to a name that another page's address uses: Streamlit drops such a
    parameter on the way (`link`), or refuses to leave (`go`).
    """
    st.switch_page(_path(page), query_params=dict(params or {}))


def link(
    page: str, label: str, params: Mapping[str, str] | None = None, help: str | None = None
) -> None:
    """Draw a link to another page; the label is the app's own words, never text from data."""
    st.page_link(_path(page), label=label, query_params=dict(params or {}), help=help)


def title(page: str) -> str:
    """Name a page as the navigation does."""
    return page.replace("_", " ").capitalize()


def _go_home() -> None:
    st.switch_page(_path(_HOME), query_params=_address())


def _address() -> dict[str, str | list[str]]:
    """Read the address as it is: a name may stand in it several times."""
    return {
        name: values if len(values) > 1 else values[0]
        for name in st.query_params
        if (values := st.query_params.get_all(name))
    }


def _path(page: str) -> str:
    return f"pages/{page}.py"


def _place(stem: str) -> tuple[int, str]:
    return (_ORDER.index(stem) if stem in _ORDER else len(_ORDER), stem)
