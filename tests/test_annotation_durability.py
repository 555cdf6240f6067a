"""What was acknowledged is there after the process was killed, and nothing is there by halves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from profile_core.annotation import desk
from profile_core.store.rows import number
from profile_core.store.study import Study
from tests.desk_study import a_queue
from tests.label_desk import labelled_study

ROOT = Path(__file__).resolve().parents[1]
CELLS = 2
"""Labels of each act of the writer."""


def write_until_killed(path: Path, queue_id: str, acts: int) -> list[str]:
    """Have another process label, kill it after so many acts, and give what it had acknowledged."""
    command = [sys.executable, "-m", "tests.desk_writer", str(path), queue_id, "ada"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        said = [writer.stdout.readline() for _ in range(acts)]
        writer.kill()
        # What came through the pipe before the kill was acknowledged, too; a torn line was not.
        said += [line for line in writer.stdout if line.endswith("\n")]
    assert all(said)
    return said


def test_every_acknowledged_label_is_there_after_a_kill_and_no_act_by_halves(
    tmp_path: Path,
) -> None:
    path = tmp_path / "study.duckdb"
    with labelled_study(200, path=path) as study:
        queue = a_queue(study, batch_size=7)
    acknowledged: list[str] = []
    for acts in (9, 20, 13):
        acknowledged += write_until_killed(path, queue.queue_id, acts)
        with Study.open(path) as study, study.cursor() as cursor:
            stored = {
                (pair_id, f"{response_id}:{factor}:{value}")
                for pair_id, response_id, factor, value in cursor.execute(
                    "SELECT pair_id, label.response_id, factor, new_value "
                    "FROM correction AS label JOIN act USING (act_id)"
                ).fetchall()
            }
            for line in acknowledged:
                pair_id, *words = line.split()
                assert {(pair_id, word) for word in words} <= stored
            labelled = number(cursor, "SELECT count(*) FROM act WHERE action = 'label'")
            assert len(stored) == number(cursor, "SELECT count(*) FROM correction")
            assert len(stored) == CELLS * labelled
            assert len(acknowledged) <= labelled
            torn = number(
                cursor,
                "SELECT count(*) FROM act LEFT JOIN (SELECT act_id, count(*) AS cells "
                "FROM correction GROUP BY act_id) AS label USING (act_id) "
                "WHERE action = 'label' AND coalesce(cells, 0) <> ?",
                [CELLS],
            )
            assert torn == 0
            assert study.versions().corrections == labelled + 1
            going_on = desk.next_item(study, "ada", queue.queue_id)
            assert going_on
            assert not going_on.state.is_finished
