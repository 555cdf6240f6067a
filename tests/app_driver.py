"""Opening a page of the app without a browser, by Streamlit's own test runner."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[1] / "app.py"


def open_page(page: str, **params: str) -> AppTest:
    """Run the app as an address would; the study comes from PROFILE_STUDY."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["page"] = page
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    """Everything that the page says in its own HTML, as plain text."""
    bodies = [element.proto.body for element in app.get("html")]
    without_style = [body for body in bodies if not body.startswith("<style>")]
    return unescape(re.sub(r"<[^>]+>", " ", "\n".join(without_style)))
