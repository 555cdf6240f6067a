"""Influence."""

from profile_core.ui import frame, router

router.enter(__file__)
frame.head("Influence", "")
