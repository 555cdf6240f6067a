"""The rubrics that a study can use: those that ship, and the versions its users made."""

from __future__ import annotations

from dataclasses import astuple

from profile_core.errors import ProfileError, UnknownName
from profile_core.judges.rubric import Rubric, RubricKind, builtin
from profile_core.store import rubrics as store
from profile_core.store.rubrics import StoredRubric
from profile_core.store.study import Study


def all_rubrics(study: Study) -> tuple[Rubric, ...]:
    """Every version of every rubric, by name, the newest of a name first."""
    with study.cursor() as cursor:
        stored = [_rubric(row) for row in store.read_all(cursor)]
    return tuple(sorted((*builtin(), *stored), key=lambda rubric: (rubric.name, -rubric.version)))


def find(study: Study, text: str) -> Rubric:
    """Give a rubric by `NAME` (its newest version) or `NAME@VERSION`; raises UnknownName."""
    name, at, version = text.partition("@")
    named = [rubric for rubric in all_rubrics(study) if rubric.name == name]
    fitting = [rubric for rubric in named if not at or str(rubric.version) == version]
    if not fitting:
        known = [str(rubric) for rubric in all_rubrics(study)]
        raise UnknownName("rubric", text, known)
    return fitting[0]


def edit(
    study: Study,
    rubric: Rubric,
    *,
    system: str,
    user: str,
    max_tokens: int,
    name: str | None = None,
    author: str | None = None,
) -> Rubric:
    """Save changed texts as a new version, or under a new name as a new rubric.

    Raises ProfileError where the texts cannot be used, or where nothing was changed.
    """
    changes = {"system": system.strip(), "user": user.strip(), "max_tokens": max_tokens}
    if name in (None, rubric.name) and all(
        getattr(rubric, field) == value for field, value in changes.items()
    ):
        raise ProfileError(f"nothing was changed in {rubric}")
    with study.writing(None) as cursor:
        chosen = name or rubric.name
        versions = [row.version for row in store.read_all(cursor) if row.name == chosen]
        versions += [shipped.version for shipped in builtin() if shipped.name == chosen]
        made = rubric.edited(max(versions, default=0) + 1, name=chosen, **changes)
        store.add(cursor, StoredRubric(*_texts(made)), author)
    return made


def _texts(rubric: Rubric) -> tuple[str, int, str, str, str, str, int, tuple[str, ...]]:
    name, version, kind, title, system, user, max_tokens, factors = astuple(rubric)
    return name, version, kind.value, title, system, user, max_tokens, factors


def _rubric(row: StoredRubric) -> Rubric:
    name, version, kind, title, system, user, max_tokens, factors = astuple(row)
    return Rubric(name, version, RubricKind(kind), title, system, user, max_tokens, factors)
