"""Names that people type are tidied, and those that would mix with others are refused."""

from __future__ import annotations

import pytest

from profile_core.errors import ProfileError
from profile_core.ui import identity


def test_blanks_are_tidied() -> None:
    assert identity.checked("  Ann   B. \n") == "Ann B."


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("   ", "type a name"),
        ("x" * 61, "at most 60"),
        ("a\x00b", "one line"),
        ("Annotators", "all annotators together"),
    ],
)
def test_a_name_that_cannot_be_used_says_why(name: str, problem: str) -> None:
    with pytest.raises(ProfileError, match=problem):
        identity.checked(name)


class LoggedIn(dict[str, object]):
    """What `st.user` is like where a login is configured."""

    def __getattr__(self, name: str) -> object:
        return self[name]


def test_a_login_tells_who_it_is_whatever_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    person = LoggedIn(is_logged_in=True, name="John Smith", email="john@example.org", sub="7")
    monkeypatch.setattr(identity.st, "user", person)
    monkeypatch.setitem(identity.st.session_state, "_annotator", "somebody else")
    assert identity.annotator() == "john@example.org"


def test_nobody_is_let_in_before_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity.st, "user", LoggedIn(is_logged_in=False))
    monkeypatch.setitem(identity.st.session_state, "_annotator", "somebody else")
    assert identity.annotator() is None
