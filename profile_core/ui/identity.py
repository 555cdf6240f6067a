"""Who sits at the desk: told by a login or a trusted proxy, else a name that is asked for once.

A name that was typed is kept in a cookie of this browser. It names people; it does not protect
them from each other: where that matters, the app is put behind a login or a proxy, and what those
say is never overruled by a typed name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

import streamlit as st

from profile_core.errors import ProfileError
from profile_core.ui import frame
from profile_core.ui.text import inline

_COOKIE = "profile_annotator"
_NAME = "_annotator"
_PROBLEM = "_annotator_problem"
_LONGEST = 60
_RESERVED = {"annotators"}
"""Names that the study uses for people together."""

_LOGIN_KEYS = ("email", "preferred_username", "name", "sub")
"""What a login says of a person, the most telling first."""

_remember = st.components.v2.component(
    "profile_core.remember_name",
    js="""
export default function ({ data }) {
  const year = 60 * 60 * 24 * 365;
  const value = encodeURIComponent(data.name);
  document.cookie = `${data.cookie}=${value}; path=/; max-age=${year}; SameSite=Lax`;
}
""",
)


def annotator() -> str | None:
    """Give the name of whoever is here; where it has to be asked for, draw that and give None."""
    if mapping := st.get_option("server.trustedUserHeaders"):
        return _by_proxy(list(mapping.values()))
    if "is_logged_in" in st.user:
        return _by_login()
    name = _typed()
    if name is None:
        _ask()
    elif name != _from_cookie():
        _remember(key="remember-name", data={"cookie": _COOKIE, "name": name}, height=0)
    return name


def known() -> str | None:
    """Give the name of whoever is here, as far as it is known; nothing is drawn to ask for it."""
    if mapping := st.get_option("server.trustedUserHeaders"):
        return _told(mapping.values())
    if "is_logged_in" in st.user:
        return _told(_LOGIN_KEYS) if st.user.is_logged_in else None
    return _typed()


def line(name: str) -> None:
    """Say who is here, and let a name that was typed be changed."""
    st.html(f'<p class="pf-note">You are {inline(name)}.</p>', width="content")
    if not st.get_option("server.trustedUserHeaders") and "is_logged_in" not in st.user:
        st.button("Not you?", key="not-me", type="tertiary", on_click=_forget)


def checked(name: str) -> str:
    """Give a name as it is kept; raises ProfileError for one that cannot be used."""
    name = re.sub(r"\s+", " ", name).strip()
    if not name:
        raise ProfileError("type a name or initials first")
    if len(name) > _LONGEST or not name.isprintable():
        raise ProfileError(f"a name is one line of at most {_LONGEST} characters")
    if name.casefold() in _RESERVED:
        raise ProfileError(f"{name} stands for all annotators together; take another name")
    return name


def _by_proxy(keys: list[str]) -> str | None:
    name = _told(keys)
    if name is None:
        frame.problem(
            ProfileError("the app is set up to be told by a proxy who you are, and was not"),
            "Open it through the proxy's address. Nothing can be labelled until then.",
        )
    return name


def _by_login() -> str | None:
    if not st.user.is_logged_in:
        frame.empty("Labels carry the name of who gave them.", "Log in to begin.")
        st.button("Log in", type="primary", on_click=st.login)
        return None
    return _told(_LOGIN_KEYS)


def _told(keys: Iterable[str]) -> str | None:
    found = next((value for key in keys if (value := st.user.get(key))), None)
    return None if found is None else checked(str(found))


def _typed() -> str | None:
    if _NAME not in st.session_state:
        st.session_state[_NAME] = _from_cookie()
    name: str | None = st.session_state[_NAME]
    return name


def _from_cookie() -> str | None:
    try:
        return checked(unquote(st.context.cookies.get(_COOKIE) or ""))
    except ProfileError:
        return None


def _forget() -> None:
    # What was done under the old name stays its own.
    st.session_state[_NAME] = None


def _ask() -> None:
    frame.empty(
        "Who is labelling?",
        "Every label carries the name of who gave it. It is asked for once in this browser.",
    )
    if problem := st.session_state.pop(_PROBLEM, None):
        frame.problem(problem)
    with st.form("annotator", border=False, width=420):
        st.text_input(
            "Your name or initials",
            key="annotator-name",
            value=_from_cookie() or "",
            max_chars=_LONGEST,
            autocomplete="name",
        )
        st.form_submit_button("Begin", type="primary", on_click=_take)


def _take() -> None:
    try:
        st.session_state[_NAME] = checked(st.session_state["annotator-name"] or "")
    except ProfileError as error:
        st.session_state[_PROBLEM] = error
