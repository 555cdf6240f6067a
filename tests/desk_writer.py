"""A process that labels item after item and says so, until it is killed.

`python -m tests.desk_writer STUDY QUEUE ANNOTATOR`; a line for each act, after `label` returned.
"""

from __future__ import annotations

import sys
from pathlib import Path

from profile_core.annotation import desk
from profile_core.store.study import Study
from tests.desk_study import say


def main(path: Path, queue_id: str, annotator: str) -> None:
    with Study.open(path) as study:
        count = 0
        while item := desk.next_item(study, annotator, queue_id):
            for side in range(2):
                cells = item.cells[side::2]
                values = [float(1 + (count + place) % 5) for place in range(len(cells))]
                said = [say(cell, value) for cell, value in zip(cells, values, strict=True)]
                item = desk.label(study, annotator, item, said)
                count += 1
                words = [f"{one.response_id}:{one.factor}:{one.value}" for one in said]
                print(item.pair_id, *words, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
