"""The format `argilla`: records for Argilla 2, with the settings of their data sets, and back.

Source: https://docs.argilla.io/latest/how_to_guides/import_export (what `rg.Dataset.to_disk` and
`records.to_json` write) and the reference of `rg.Settings`. Each data set is a folder that
`rg.Dataset.from_disk` reads: `responses` asks about factors, `pairs` for a preference.

Back come the records as JSON. Argilla tells no time, so a file says what its annotators answer
now; and of an answer without a status, that of the record tells whether it was handed in.
"""

from __future__ import annotations

from profile_core.formats.argilla.reading import read_labels
from profile_core.formats.argilla.writing import write
from profile_core.formats.spec import Format

FORMAT = Format(
    name="argilla",
    what="records for annotators in Argilla 2, on responses and on pairs, with the settings of "
    "their data sets; annotated records come back as labels and preferences",
    reads="records as JSON, or a folder of them; writes a folder of two data sets for "
    "rg.Dataset.from_disk",
    example="profile-core import argilla records.json --map 06f7d4c0=anna --study study.duckdb",
    read_labels=read_labels,
    adds_to_study=True,
    write=write,
    asks_annotators=True,
)
