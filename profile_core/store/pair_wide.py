"""`pair_wide`: one row a pair, with everything that filters and counts need, per label set.

Predicates over the long tables take seconds at a million pairs, over this table milliseconds.
It is rebuilt when the study's counters have moved since; nothing else reads factor values or
choices by the million.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import duckdb

from profile_core.store.columns import Column, Role, pair_columns
from profile_core.store.rows import first_row
from profile_core.store.study import Study, Versions
from profile_core.types import LabelSet, SourceKind


@dataclass(frozen=True, slots=True)
class WideFactor:
    """A factor that has values, with the extractor in force."""

    name: str
    extractor: str
    column_a: str
    column_b: str


@dataclass(frozen=True, slots=True)
class WideSource:
    """A source that chose; a generator's choice follows from score levels and has no column."""

    source_id: str
    kind: SourceKind
    name: str
    model: str | None
    is_majority: bool
    derived_from: tuple[str, ...]
    choice: str | None
    probability: str | None
    """Name of an internal column with the probability that a is preferred."""


@dataclass(frozen=True, slots=True)
class WideTable:
    """The table of one label set, and what its columns stand for."""

    name: str
    labels: LabelSet
    versions: Versions
    columns: tuple[Column, ...]
    factors: tuple[WideFactor, ...]
    sources: tuple[WideSource, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The documented columns, which a predicate may name."""
        return tuple(column.name for column in self.columns)


def ensure(study: Study, labels: LabelSet = LabelSet.AUTOMATIC) -> WideTable:
    """Give the table of a label set, rebuilt if the study has changed since it was made."""
    stored = _stored(study, labels)
    if stored and stored.versions == _relevant(study.versions(), labels):
        return stored
    # The refresh is no change of the study, so it moves no counter.
    with study.writing(counter=None) as cursor:
        versions = _relevant(study.versions(), labels)
        stored = _stored(study, labels)
        if stored and stored.versions == versions:
            return stored
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
    return _from_json(row[0]) if row else None


# One extractor a factor: the user's choice, else the one with values for most responses, then
# the newest, then by name.
_ACTIVE = """
CREATE OR REPLACE TEMP TABLE active_value_source AS
SELECT factor, extractor, factor_version FROM (
    SELECT held.factor, held.extractor, held.factor_version,
        row_number() OVER (PARTITION BY held.factor ORDER BY
            (chosen.extractor IS NOT NULL) DESC, held.responses DESC, held.newest DESC,
            held.extractor) AS place
    FROM (
        SELECT factor, extractor, factor_version, count(value) AS responses,
            max(created_at) AS newest
        FROM factor_value GROUP BY ALL) AS held
    JOIN (SELECT factor, max(version) AS version FROM factor GROUP BY factor) AS defined
        ON defined.factor = held.factor AND defined.version = held.factor_version
    LEFT JOIN active_extractor AS chosen
        ON chosen.factor = held.factor AND chosen.extractor = held.extractor) AS ranked
WHERE place = 1"""

_AUTOMATIC_VALUES = """
SELECT response_id, factor, value
FROM factor_value JOIN active_value_source USING (factor, extractor, factor_version)"""

# A correction to `not applicable` is a null that overrides, so a plain coalesce would lose it.
_CORRECTED_VALUES = f"""
SELECT coalesce(correct.response_id, measured.response_id) AS response_id,
    coalesce(correct.factor, measured.factor) AS factor,
    CASE WHEN correct.response_id IS NOT NULL THEN correct.value ELSE measured.value END AS value
FROM ({_AUTOMATIC_VALUES}) AS measured
FULL JOIN corrected_value AS correct USING (response_id, factor)"""

_VALUES = {LabelSet.AUTOMATIC: _AUTOMATIC_VALUES, LabelSet.CORRECTED: _CORRECTED_VALUES}

_META_FIELDS = """
SELECT field,
    bool_and(TRY_CAST(json_extract_string(meta, '$."' || field || '"') AS DOUBLE) IS NOT NULL)
FROM (SELECT meta, unnest(json_keys(meta)) AS field FROM prompt WHERE meta IS NOT NULL)
WHERE field NOT LIKE '%"%' GROUP BY field"""

_SOURCES = """
SELECT source_id, kind, name, model, is_majority, derived_from FROM source ORDER BY source_id"""

_WIDE = """
CREATE OR REPLACE TABLE {table} AS
WITH value AS ({values}),
response_wide AS (SELECT response_id{value_columns} FROM value GROUP BY response_id),
choice_wide AS (SELECT pair_id{choice_columns} FROM pair_choice GROUP BY pair_id)
SELECT CAST(row_number() OVER (ORDER BY pair.prompt_id, pair.setting, pair.seq) - 1 AS INTEGER)
        AS pair_no,
    CAST(dense_rank() OVER (ORDER BY pair.prompt_id) - 1 AS INTEGER) AS prompt_no,
    pair.seq AS seq, pair.response_a AS response_a, pair.response_b AS response_b,
    pair.pair_id, pair.prompt_id, pair.dataset, prompt.task, prompt.scenario, pair.setting,
    side_a.generator AS generator_a, side_b.generator AS generator_b,
    side_a.score_level AS score_level_a, side_b.score_level AS score_level_b{selected}
FROM pair
JOIN prompt USING (prompt_id)
JOIN response AS side_a ON side_a.response_id = pair.response_a
JOIN response AS side_b ON side_b.response_id = pair.response_b
LEFT JOIN response_wide AS value_a ON value_a.response_id = pair.response_a
LEFT JOIN response_wide AS value_b ON value_b.response_id = pair.response_b
LEFT JOIN choice_wide USING (pair_id)
ORDER BY pair_no"""


def _build(cursor: duckdb.DuckDBPyConnection, labels: LabelSet, versions: Versions) -> WideTable:
    cursor.execute(_ACTIVE)
    active = dict(
        cursor.execute(
            "SELECT factor, extractor FROM active_value_source ORDER BY factor"
        ).fetchall()
    )
    meta_is_number = dict(cursor.execute(_META_FIELDS).fetchall())
    sources = cursor.execute(_SOURCES).fetchall()
    columns = pair_columns(
        meta_is_number,
        active,
        [(row[0], row[2]) for row in sources if row[1] != SourceKind.GENERATOR],
    )
    named = {(column.role, column.of): column.name for column in columns}
    table = WideTable(
        name=f"pair_wide_{labels.replace('-', '_')}",
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
            )
            for number, row in enumerate(sources)
        ),
    )
    cursor.execute(_statement(table, meta_is_number))
    cursor.execute("DELETE FROM meta WHERE key = ?", [_key(labels)])
    cursor.execute("INSERT INTO meta VALUES (?, ?)", [_key(labels), json.dumps(asdict(table))])
    return table


def _statement(table: WideTable, meta_is_number: dict[str, bool]) -> str:
    values, choices, selected = [], [], []
    for column in table.columns:
        if column.role is Role.META:
            path = _literal(f'$."{column.of}"')
            kind = "DOUBLE" if meta_is_number[column.of] else "VARCHAR"
            selected.append(
                f"CAST(json_extract_string(prompt.meta, {path}) AS {kind}) AS {column.name}"
            )
    for number, factor in enumerate(table.factors):
        values.append(f"max(value) FILTER (factor = {_literal(factor.name)}) AS value_{number}")
        selected.append(f"value_a.value_{number} AS {factor.column_a}")
        selected.append(f"value_b.value_{number} AS {factor.column_b}")
    for source in table.sources:
        if source.choice:
            is_source = f"source_id = {_literal(source.source_id)}"
            choices.append(f"max(choice) FILTER ({is_source}) AS {source.choice}")
            choices.append(f"max(probability) FILTER ({is_source}) AS {source.probability}")
            selected += [source.choice, str(source.probability)]
    return _WIDE.format(
        table=table.name,
        values=_VALUES[table.labels],
        value_columns="".join(f", {part}" for part in values),
        choice_columns="".join(f", {part}" for part in choices),
        selected="".join(f", {part}" for part in selected),
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _from_json(text: str) -> WideTable:
    stored = json.loads(text)
    return WideTable(
        name=stored["name"],
        labels=LabelSet(stored["labels"]),
        versions=Versions(**stored["versions"]),
        columns=tuple(
            Column(**{**column, "role": Role(column["role"])}) for column in stored["columns"]
        ),
        factors=tuple(WideFactor(**factor) for factor in stored["factors"]),
        sources=tuple(
            WideSource(
                **{
                    **source,
                    "kind": SourceKind(source["kind"]),
                    "derived_from": tuple(source["derived_from"]),
                }
            )
            for source in stored["sources"]
        ),
    )
