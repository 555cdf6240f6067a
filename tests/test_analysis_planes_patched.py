"""Labels are patched into the corrected table and its planes: the same as making them anew."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from profile_core.analysis import planes
from profile_core.analysis.influence import influence
from profile_core.annotation import desk, undo
from profile_core.store import pair_wide, pair_wide_patch
from profile_core.store.study import Study
from profile_core.types import LabelSet
from tests.desk_study import accept, cannot_tell, say
from tests.label_desk import labelled_study, pair_id
from tests.studies import A, pairs_batch, write

CORRECTED = LabelSet.CORRECTED
ARRAYS = ("prompt_starts", "greater", "less", "defined", "prefers_a", "prefers_b")


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(70, per_prompt=3) as study:
        yield study


def act(study: Study, annotator: str, pick: random.Random) -> None:
    """Label some cells of some pair, or take something back."""
    if pick.random() < 0.3:
        undo.undo(study, annotator)
        return
    item = desk.open_item(study, annotator, pair_id(study, pick.randrange(70)))
    said = [
        pick.choice(
            [accept(cell), say(cell, pick.randint(1, 5)), say(cell, None), cannot_tell(cell)]
        )
        for cell in pick.sample(item.cells, pick.randint(1, 4))
    ]
    desk.label(study, annotator, item, said)


def made_anew(study: Study) -> planes.StudyPlanes:
    """Forget the corrected table and its planes, and load them."""
    with study.writing(counter=None) as cursor:
        cursor.execute("DELETE FROM meta WHERE key = 'pair_wide:corrected'")
    planes._cache.clear()
    return planes.load(study, CORRECTED)


def assert_same(patched: planes.StudyPlanes, anew: planes.StudyPlanes) -> None:
    assert patched.versions == anew.versions
    for name in ARRAYS:
        assert np.array_equal(getattr(patched.planes, name), getattr(anew.planes, name)), name


@pytest.mark.parametrize("seed", range(4))
def test_patched_planes_are_those_made_anew_after_any_labels_and_undos(
    study: Study, seed: int
) -> None:
    pick = random.Random(seed)
    first = planes.load(study, CORRECTED)
    for _ in range(6):
        for _ in range(pick.randint(1, 5)):
            act(study, pick.choice(["ada", "bo"]), pick)
        if pick.random() < 0.3:  # the table is brought up to date without the planes
            pair_wide.ensure(study, CORRECTED)
            continue
        patched = planes.load(study, CORRECTED)
        assert patched.wide.name == first.wide.name
    patched = planes.load(study, CORRECTED)
    rows = study.cursor().execute(f"FROM {patched.wide.name} ORDER BY pair_no").fetchall()
    assert not np.array_equal(patched.planes.greater, first.planes.greater)
    anew = made_anew(study)
    assert_same(patched, anew)
    assert rows == study.cursor().execute(f"FROM {anew.wide.name} ORDER BY pair_no").fetchall()


def test_a_label_moves_the_influence_of_the_corrected_set_and_of_no_other(study: Study) -> None:
    before = {labels: influence(study, labels=labels) for labels in (LabelSet.AUTOMATIC, CORRECTED)}
    item = desk.open_item(study, "ada", pair_id(study, 0), factors=["clarity"])
    cells = {cell.side: cell for cell in item.cells}
    values = (1, 5) if (cells["a"].automatic or 0) > (cells["b"].automatic or 0) else (5, 1)
    desk.label(study, "ada", item, [say(cells["a"], values[0]), say(cells["b"], values[1])])
    assert influence(study).rows == before[LabelSet.AUTOMATIC].rows
    moved = influence(study, labels=CORRECTED).rows
    assert moved != before[CORRECTED].rows
    undo.undo(study, "ada")
    assert influence(study, labels=CORRECTED).rows == before[CORRECTED].rows


def test_a_patch_leaves_the_automatic_table_and_other_factors_planes_alone(study: Study) -> None:
    automatic, before = planes.load(study), planes.load(study, CORRECTED)
    item = desk.open_item(study, "ada", pair_id(study, 0), factors=["clarity"])
    desk.label(study, "ada", item, [say(cell, None) for cell in item.cells])
    assert planes.load(study) is automatic
    after = planes.load(study, CORRECTED)
    words = [factor.name for factor in after.factors].index("words")
    assert np.array_equal(after.planes.defined[words], before.planes.defined[words])
    assert before.planes.defined[1 - words].sum() != after.planes.defined[1 - words].sum()


def test_more_labels_than_are_worth_patching_and_new_data_give_the_same(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    pick = random.Random(0)
    planes.load(study, CORRECTED)
    monkeypatch.setattr(pair_wide_patch, "MOST", 3)
    for _ in range(12):
        act(study, "ada", pick)
    assert_same(planes.load(study, CORRECTED), made_anew(study))
    write(study, pairs_batch([("x", "y z")] * 5, [A] * 5, dataset="more"))
    act(study, "ada", pick)
    assert_same(planes.load(study, CORRECTED), made_anew(study))


def test_who_reads_while_others_label_and_import_sees_the_pairs_of_one_table(
    study: Study,
) -> None:
    """A reader's planes, mask and pair names belong together, whatever is written meanwhile."""
    stop = threading.Event()

    def write_on() -> None:
        pick = random.Random(1)
        for place in range(40):
            act(study, "ada", pick)
            if place % 20 == 10:
                name = f"aa more {place}"
                write(study, pairs_batch([("x", "y z")] * 3, [A] * 3, dataset=name))
        stop.set()

    def read_on() -> int:
        reads = 0
        while not stop.is_set() or not reads:
            loaded = planes.load(study, CORRECTED)
            kept = loaded.pair_numbers(loaded.mask("dataset = 'desk'"))
            names = (
                study.cursor()
                .execute(f"SELECT pair_no, dataset FROM {loaded.wide.name} ORDER BY pair_no")
                .fetchall()
            )
            assert len(names) == loaded.planes.pairs
            assert [names[number][1] for number in kept] == ["desk"] * 70
            reads += 1
        return reads

    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(write_on)
        reading = [pool.submit(read_on) for _ in range(2)]
        writing.result()
        assert all(reader.result() for reader in reading)
    assert_same(planes.load(study, CORRECTED), made_anew(study))
