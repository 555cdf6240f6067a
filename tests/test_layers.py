"""The layers of the architecture, checked from the import statements alone.

A module imports only from lower layers, and within a layer not across folders. Where a rule had
to bend, the bend is written down here, with its reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "profile_core"

LAYERS = {
    "text": 0,
    "types": 0,
    "errors": 0,
    "factors": 1,
    "stats": 1,
    "jobs": 1,
    "store": 2,
    "judges": 2,
    "formats": 3,
    "annotation": 3,
    "analysis": 3,
    "charts": 3,
    "engines": 3,
    "actions": 4,
    "cli": 5,
    "ui": 5,
}
EVERYWHERE = {"text", "types", "errors"}

# Across folders of one layer: chart functions take the rows and colours that analysis makes.
ALLOWED_ACROSS = {("charts", "analysis")}

OWNERS = {
    "streamlit": {"ui", "app", "pages"},
    # Readers of formats are handed a cursor (its type) and read Parquet through it; engines hold
    # the same aggregates for other SQL engines. All other SQL is in store.
    "duckdb": {"store", "formats", "engines"},
    "altair": {"charts"},
    "openai": {"judges"},
    "anthropic": {"judges"},
}
PAGES_MAY_IMPORT = {
    *("ui", "charts", "actions", "analysis", "annotation"),
    *("text", "types", "errors", "factors", "stats", "jobs"),
}
LONGEST = {"app.py": 60, "pages": 150, PACKAGE: 400}

MODULES = sorted((ROOT / PACKAGE).rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
APP = ROOT / "app.py"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[str]:
    """Name every module that a file imports, wherever in the file, written out in full."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)} has a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(module: str) -> str | None:
    """Name the part of the package that a module belongs to; None for what is not ours."""
    names = module.split(".")
    if names[0] != PACKAGE or len(names) < 2:
        return None
    return names[1] if names[1] in LAYERS else None


def owner(path: Path) -> str:
    """Name the part that a file is in; `app` and `pages` for the files beside the package."""
    names = path.relative_to(ROOT).with_suffix("").parts
    return names[1] if names[0] == PACKAGE and len(names) > 1 else names[0]


def may_import(own: str, other: str) -> bool:
    if own == other or own not in LAYERS:
        return True
    if LAYERS[other] < LAYERS[own] or (own, other) in ALLOWED_ACROSS:
        return True
    return LAYERS[other] == LAYERS[own] and other in EVERYWHERE


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {owner(path) for path in MODULES} - {"__init__", "__main__"}
    assert parts <= set(LAYERS), f"without a layer: {sorted(parts - set(LAYERS))}"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_imports_from_lower_layers_only(path: Path) -> None:
    own = owner(path)
    wrong = {
        other
        for module in imported(path)
        if (other := part(module)) is not None and not may_import(own, other)
    }
    assert not wrong, f"{relative(path)} imports {sorted(wrong)}"


@pytest.mark.parametrize("path", [APP, *PAGES, *MODULES], ids=relative)
def test_a_library_is_imported_by_its_owner_only(path: Path) -> None:
    libraries = {module.split(".")[0] for module in imported(path)}
    for library, owners in OWNERS.items():
        assert library not in libraries or owner(path) in owners, f"{relative(path)}: {library}"


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_a_page_imports_neither_the_store_nor_another_page(path: Path) -> None:
    modules = set(imported(path))
    parts = {found for module in modules if (found := part(module)) is not None}
    assert parts <= PAGES_MAY_IMPORT, sorted(parts - PAGES_MAY_IMPORT)
    assert not any(module.split(".")[0] == "pages" for module in modules)


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_a_page_begins_with_the_router(path: Path) -> None:
    """The first statement after docstring and imports sends a cold request through the app."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    statements = [
        node
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert ast.unparse(statements[0]) == "router.enter(__file__)"


@pytest.mark.parametrize("path", [APP, *PAGES, *MODULES], ids=relative)
def test_no_file_outgrows_its_room(path: Path) -> None:
    room = LONGEST.get(path.name if path == APP else path.relative_to(ROOT).parts[0], 0)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines < room, f"{relative(path)} has {lines} lines; {room} is the limit"


def test_store_and_judges_never_import_each_other() -> None:
    for path in MODULES:
        own = owner(path)
        if own in ("store", "judges"):
            others = {part(module) for module in imported(path)} & {"store", "judges"}
            assert others <= {own}, relative(path)


@pytest.mark.parametrize(
    ("own", "other", "allowed"),
    [
        ("store", "stats", True),
        ("store", "formats", False),
        ("stats", "factors", False),
        ("text", "errors", True),
        ("analysis", "formats", False),
        ("charts", "analysis", True),
        ("ui", "cli", False),
        ("store", "judges", False),
    ],
)
def test_the_rule_itself(own: str, other: str, allowed: bool) -> None:
    assert may_import(own, other) is allowed
