"""Data."""

from profile_core.ui import frame, resources, router

router.enter(__file__)
frame.head("Data", "What this study holds, what it says so far, and what to do next.")
study = resources.study()
frame.state("144 pairs")
