"""Scenarios that a study keeps by name: the values of `scenario`, over the rows of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profile_core.analysis.scenario import Scenario, from_json, to_json
from profile_core.errors import ProfileError
from profile_core.store import scenarios as store
from profile_core.store.scenarios import ScenarioRow
from profile_core.store.study import Study


@dataclass(frozen=True, slots=True)
class SavedScenario:
    """A scenario with its name."""

    id: str
    name: str
    description: str
    scenario: Scenario
    created: datetime
    """Coordinated universal time, without a zone."""


def saved(study: Study) -> tuple[SavedScenario, ...]:
    """List the saved scenarios, the oldest first."""
    with study.cursor() as cursor:
        return tuple(map(_read, store.standing(cursor)))


def find(study: Study, name: str) -> SavedScenario:
    """Find one by its name, in any case, or its id; raises UnknownName."""
    with study.cursor() as cursor:
        return _read(store.named(cursor, name))


def save(
    study: Study, name: str, scenario: Scenario, *, description: str = "", replace: bool = False
) -> SavedScenario:
    """Save a scenario; `replace` puts it in the place of one of the same name.

    Replacing keeps the id, so that links hold, and the description unless another is given. Raises
    ProfileError for a name that is taken or empty.
    """
    with study.writing(counter=None) as cursor:
        known = next(
            (row for row in store.standing(cursor) if row.name.casefold() == _folded(name)), None
        )
        if known is None or not replace:
            return _read(store.add(cursor, name, to_json(scenario), description))
        store.redefine(cursor, known.scenario_id, to_json(scenario))
        if description.strip():
            store.describe(cursor, known.scenario_id, description)
        return _read(store.named(cursor, known.scenario_id))


def rename(study: Study, scenario_id: str, name: str) -> None:
    """Give it another name; raises ProfileError for one that is taken or empty."""
    with study.writing(counter=None) as cursor:
        store.rename(cursor, scenario_id, name)


def describe(study: Study, scenario_id: str, description: str) -> None:
    """Write what it is for."""
    with study.writing(counter=None) as cursor:
        store.describe(cursor, scenario_id, description)


def duplicate(study: Study, scenario_id: str, name: str | None = None) -> SavedScenario:
    """Save a copy, named by `name` or as a copy; raises UnknownName or ProfileError."""
    with study.writing(counter=None) as cursor:
        row = store.named(cursor, scenario_id)
        copy_name = name or store.free_copy_name(cursor, row.name)
        return _read(store.add(cursor, copy_name, row.definition, row.description))


def delete(study: Study, scenario_id: str) -> None:
    """Take it away; raises UnknownName for one that is not there."""
    with study.writing(counter=None) as cursor:
        store.delete(cursor, scenario_id)


def restore(study: Study, scenario_id: str) -> None:
    """Take a deletion back: the same id, so that links hold.

    Raises UnknownName for one that was not deleted, ProfileError if its name was taken since.
    """
    with study.writing(counter=None) as cursor:
        store.restore(cursor, scenario_id)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _read(row: ScenarioRow) -> SavedScenario:
    try:
        scenario = from_json(row.definition)
    except ProfileError as error:
        raise ProfileError(f"the saved scenario {row.name!r} cannot be read: {error}") from None
    return SavedScenario(row.scenario_id, row.name, row.description, scenario, row.created_at)
