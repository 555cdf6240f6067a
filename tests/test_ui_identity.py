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
