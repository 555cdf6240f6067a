"""The format `label-studio`: tasks for Label Studio with their labeling configurations, and back.

Source: https://labelstud.io/guide/task_format (the JSON of tasks), guide/predictions and the
pages of the tags that are used. `responses.xml` and `pairs.xml` are pasted into a project's
labeling interface, and the `.json` beside each is imported there; back comes the JSON export
(not JSON-MIN, which does not say who annotated). Annotations carry times, so they enter as the
events that they were.
"""

from __future__ import annotations

from profile_core.formats.label_studio.reading import read_labels
from profile_core.formats.label_studio.writing import write
from profile_core.formats.spec import Format

FORMAT = Format(
    name="label-studio",
    what="tasks for annotators in Label Studio, on responses and on pairs, with their labeling "
    "configurations; its JSON export comes back as labels and preferences",
    reads="Label Studio's JSON export, or a folder of them; writes a folder of two task files and "
    "two configurations",
    example="profile-core import label-studio export.json --map 1=anna,2=ben --study study.duckdb",
    read_labels=read_labels,
    adds_to_study=True,
    write=write,
    asks_annotators=True,
)
