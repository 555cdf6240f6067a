"""How the app looks beyond `.streamlit/config.toml`: one style sheet, and which theme is on."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st


def apply() -> None:
    """Put the style sheet into the page; colours follow the theme by `light-dark()`."""
    style = (files("profile_core.ui") / "style.css").read_text(encoding="utf-8")
    st.html(f"<style>{style}</style>")


def is_dark() -> bool:
    """Tell whether the page is drawn dark, for charts, which need their colours from here."""
    return st.context.theme.type == "dark"
