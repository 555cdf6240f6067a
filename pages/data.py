"""Data: import, export, health, measurements, and where everything comes from."""

import streamlit as st

from profile_core.ui import (
    data_export,
    data_health,
    data_import,
    data_measure,
    data_origin,
    frame,
    resources,
    router,
)

router.enter(__file__)

_VIEWS = {
    "Import": data_import.draw,
    "Export": data_export.draw,
    "Health": data_health.draw,
    "Measure": data_measure.draw,
    "Origin": data_origin.draw,
}

frame.head("Data", "Bring data in and out, see what may be wrong with it, and where it comes from.")
view = st.segmented_control(
    "View",
    list(_VIEWS),
    default="Import",
    required=True,
    key="view",
    bind="query-params",
    label_visibility="collapsed",
)
_VIEWS[view](resources.study())
