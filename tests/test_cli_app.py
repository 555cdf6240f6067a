"""The commands `app` and `demo`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from profile_core.cli import app as app_commands
from profile_core.errors import ProfileError
from tests.cli_runs import ROOT, as_json, ok, refused, refused_with_notes


def test_demo_makes_a_study_once(tmp_path: Path) -> None:
    path = tmp_path / "demo.duckdb"
    assert "made the demo study" in ok("demo", path).stderr
    assert "--force" in refused_with_notes("demo", path)
    ok("demo", path, "--force")
    assert as_json("info", "--study", path)["counts"]["prompt"] == 48


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What Streamlit would have been started with; the environment is put back at the end."""
    import streamlit.web.cli

    starts: list[list[str]] = []
    monkeypatch.setattr(streamlit.web.cli, "main", lambda: starts.append(list(sys.argv)))
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setenv("PROFILE_STUDY", "")
    return starts


def test_app_makes_the_demo_where_there_is_no_study_and_says_so(
    tmp_path: Path, served: list[list[str]]
) -> None:
    path = tmp_path / "mine.duckdb"
    result = ok("app", path, "--port", 9123, "--no-browser")
    assert "the demo is made there" in result.stderr
    (argv,) = served
    assert argv[:3] == ["streamlit", "run", str(ROOT / "app.py")]
    assert {
        "--server.port=9123",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--server.showEmailPrompt=false",
    } <= set(argv)
    assert os.environ["PROFILE_STUDY"] == str(path)
    before = path.read_bytes()
    assert "demo" not in ok("app", path).stderr
    assert path.read_bytes() == before
    assert "--server.headless=false" in served[1]
    assert not any("port" in flag for flag in served[1])


def test_app_refuses_what_is_no_study_before_anything_is_served(
    tmp_path: Path, served: list[list[str]]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    assert "not a DuckDB file" in refused("app", path)
    assert served == []


def test_app_finds_its_files_in_a_checkout_and_in_an_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "profile_core"
    monkeypatch.setattr(app_commands, "_PACKAGE", package)
    with pytest.raises(ProfileError, match="not installed"):
        app_commands.app_script()
    inside = package / "_app"
    (inside / "pages").mkdir(parents=True)
    (inside / "app.py").touch()
    assert app_commands.app_script() == inside / "app.py"
