"""The app's entry: one study, one navigation, one page."""

import streamlit as st

from profile_core.ui import frame, router, theme, welcome, work

st.set_page_config(page_title="PROFILE", page_icon="⚖️", layout="wide")
theme.apply()
page = router.navigation(__file__)
with frame.shown_errors():
    work.line()
    if welcome.has_study():
        page.run()
