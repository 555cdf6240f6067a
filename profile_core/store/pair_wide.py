"""`pair_wide`: one row a pair, with everything that filters and counts need, per label set.

Predicates over the long tables take seconds at a million pairs, over this table milliseconds.
It is rebuilt when the study's data have changed since, and the table of corrected values is patched
when labels alone have; nothing else reads factor values or choices by the million.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import duckdb

from profile_core.store import pair_wide_patch, pair_wide_rows
from profile_core.store.columns import Role, pair_columns
from profile_core.store.desk_preferences import GROUP
from profile_core.store.rows import first_row
from profile_core.store.study import Study, Versions
from profile_core.store.wide_table import WideFactor, WideSource, WideTable, from_json
from profile_core.types import LabelSet, Mode, SourceKind

_VALUES_OF = {
    LabelSet.REVIEWED_ONLY: LabelSet.CORRECTED,
    LabelSet.PREDICTION_POWERED: LabelSet.AUTOMATIC,
}
"""Label sets that weigh drawn labels have no table: whose values their filters and pairs show."""

_SOURCES = """
SELECT source_id, kind, name, model, is_majority, derived_from FROM source ORDER BY source_id"""

# Names under which preferences were imported are never people's at the desk, so these are all.
_SAW_OTHERS = f"""
WITH given AS (
    SELECT source_id, bool_and(coalesce(mode, '') = '{Mode.REVIEW}') AS all_seeing
    FROM standing_preference
    WHERE act_id IS NOT NULL AND choice IS NOT NULL AND source_id <> '{GROUP}'
    GROUP BY source_id)
SELECT source_id FROM given WHERE all_seeing
UNION ALL SELECT '{GROUP}' WHERE (SELECT bool_and(all_seeing) FROM given)"""


def ensure(study: Study, labels: LabelSet = LabelSet.AUTOMATIC) -> WideTable:
    """Give the table of a label set, brought up to date if the study has changed since.

    For label sets that weigh drawn labels it is the table of the values that their filters speak
    of: corrected for `reviewed-only`, automatic for `prediction-powered`.
    """
    labels = _VALUES_OF.get(labels, labels)
    stored = _stored(study, labels)
    versions = _relevant(study.versions(), labels)
    if stored and stored.versions == versions:
        return stored
    automatic = None
    if stored and stored.versions.data == versions.data:
        automatic = ensure(study, LabelSet.AUTOMATIC)
    # The refresh is no change of the study, so it moves no counter.
    with study.writing(counter=None) as cursor:
        versions = _relevant(study.versions(), labels)
        stored = _stored(study, labels)
        if stored and stored.versions == versions:
            return stored
        if stored and automatic and automatic.versions.data == versions.data:
            patched = _patch(cursor, stored, automatic, versions)
            if patched:
                return patched
        _drop_all_but(cursor, labels, stored)
        return _build(cursor, labels, versions)


def set_active_extractor(study: Study, factor: str, extractor: str) -> None:
    """Choose whose values of a factor are used, in every label set."""
    with study.writing() as cursor:
        cursor.execute("DELETE FROM active_extractor WHERE factor = ?", [factor])
        cursor.execute("INSERT INTO active_extractor VALUES (?, NULL, ?)", [factor, extractor])


def _relevant(versions: Versions, labels: LabelSet) -> Versions:
    """Leave out the counter that a label set does not depend on."""
    return Versions(versions.data, 0 if labels is LabelSet.AUTOMATIC else versions.corrections)


def _key(labels: LabelSet) -> str:
    return f"pair_wide:{labels}"


def _stored(study: Study, labels: LabelSet) -> WideTable | None:
    row = first_row(study.cursor(), "SELECT value FROM meta WHERE key = ?", [_key(labels)])
    return from_json(row[0]) if row else None


def _prefix(labels: LabelSet) -> str:
    return f"pair_wide_{labels.replace('-', '_')}_"


def _drop_all_but(
    cursor: duckdb.DuckDBPyConnection, labels: LabelSet, kept: WideTable | None
) -> None:
    """Drop a label set's tables except the last one.

    Whoever reads that one in another thread numbers pairs by it, and would take other pairs for
    them from the new one; so the new table has a name of its own, and the last one stays until
    the next.
    """
    names = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, ?)",
        [_prefix(labels)],
    ).fetchall()
    for (name,) in names:
        if kept is None or name != kept.name:
            cursor.execute(f"DROP TABLE {name}")


def _patch(
    cursor: duckdb.DuckDBPyConnection, stored: WideTable, automatic: WideTable, versions: Versions
) -> WideTable | None:
    """Change the values that labels have moved, in place; None where they are too many."""
    what = pair_wide_patch.changed(cursor, stored, stored.versions.corrections)
    if stored.versions.data != versions.data or what.values > pair_wide_patch.MOST:
        return None
    pair_wide_patch.patch(cursor, stored, automatic, what)
    table = replace(stored, versions=versions)
    _store(cursor, table)
    return table


def _store(cursor: duckdb.DuckDBPyConnection, table: WideTable) -> None:
    cursor.execute("DELETE FROM meta WHERE key = ?", [_key(table.labels)])
    cursor.execute(
        "INSERT INTO meta VALUES (?, ?)", [_key(table.labels), json.dumps(asdict(table))]
    )


def _build(cursor: duckdb.DuckDBPyConnection, labels: LabelSet, versions: Versions) -> WideTable:
    active = pair_wide_rows.choose_extractors(cursor)
    meta_is_number = dict(cursor.execute(pair_wide_rows.META_FIELDS).fetchall())
    sources = cursor.execute(_SOURCES).fetchall()
    saw_others = {source_id for (source_id,) in cursor.execute(_SAW_OTHERS).fetchall()}
    columns = pair_columns(
        meta_is_number,
        active,
        [(row[0], row[2]) for row in sources if row[1] != SourceKind.GENERATOR],
    )
    named = {(column.role, column.of): column.name for column in columns}
    table = WideTable(
        name=f"{_prefix(labels)}{versions.data}_{versions.corrections}",
        labels=labels,
        versions=versions,
        columns=columns,
        factors=tuple(
            WideFactor(
                factor, extractor, named[Role.FACTOR_A, factor], named[Role.FACTOR_B, factor]
            )
            for factor, extractor in active.items()
        ),
        sources=tuple(
            WideSource(
                source_id=row[0],
                kind=SourceKind(row[1]),
                name=row[2],
                model=row[3],
                is_majority=row[4],
                derived_from=tuple(row[5] or ()),
                choice=named.get((Role.CHOICE, row[0])),
                probability=f"_probability_{number}" if (Role.CHOICE, row[0]) in named else None,
                saw_others=row[0] in saw_others,
            )
            for number, row in enumerate(sources)
        ),
    )
    pair_wide_rows.write(cursor, table, meta_is_number)
    _store(cursor, table)
    return table
