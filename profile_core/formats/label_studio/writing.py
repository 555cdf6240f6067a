"""Writing: two files of tasks, each with its labeling configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from profile_core.formats import kept, targets
from profile_core.formats.label_studio import config
from profile_core.formats.outside import items, questions
from profile_core.formats.outside.items import PairItem, ResponseItem
from profile_core.formats.outside.questions import Question, Without
from profile_core.formats.spec import ExportOptions, Written
from profile_core.store.study import Study

_FILES = ("responses.json", "responses.xml", "pairs.json", "pairs.xml")
_MODEL = "automatic values"


def write(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write a folder with tasks on responses and on pairs.

    Without a factor to ask about there are no tasks on responses.
    """
    with (
        targets.new_folder(path, _FILES) as folder,
        kept.pairs(study, options) as (cursor, wide),
    ):
        asked = questions.chosen(cursor, options)
        records = 0
        if asked:
            (folder / "responses.xml").write_text(config.of_responses(asked), "utf-8")
            tasks = (
                _response_task(item, asked, blind=options.blind)
                for item in items.responses(cursor, wide, asked)
            )
            records += items.write_array(folder / "responses.json", tasks)
        (folder / "pairs.xml").write_text(config.of_pairs(), "utf-8")
        records += items.write_array(
            folder / "pairs.json", map(_pair_task, items.pairs(cursor, wide))
        )
        written = [file for file in _FILES if (folder / file).exists()]
    return Written(tuple(path / file for file in written), records)


def _response_task(
    item: ResponseItem, asked: Sequence[Question], *, blind: bool
) -> dict[str, object]:
    data: dict[str, object] = {"response_id": item.response_id, **_about(item)}
    data[config.RESPONSE] = item.text
    suggested = () if blind else tuple(item.suggestions(asked))
    if not suggested:
        return {"data": data}
    # Exports may hold no more of predictions than their numbers, but always a task's data.
    data["automatic"] = {
        question.name: {"value": said, "extractor": question.extractor}
        for question, said in suggested
    }
    return {
        "data": data,
        "predictions": [{"model_version": _MODEL, "result": list(_results(suggested))}],
    }


def _results(suggested: Sequence[tuple[Question, str]]) -> Iterator[dict[str, object]]:
    for place, (question, said) in enumerate(suggested):
        name, kind, value = question.name, "choices", dict[str, object](choices=[said])
        if not question.options and said in set(Without):
            name = config.without(name)
        elif not question.options:
            kind, value = "number", {"number": float(said)}
        yield {
            "id": f"automatic{place}",
            "from_name": name,
            "to_name": config.RESPONSE,
            "type": kind,
            "value": value,
        }


def _pair_task(item: PairItem) -> dict[str, object]:
    data: dict[str, object] = {"pair_id": item.pair_id, **_about(item)}
    data |= {config.FIRST: item.first, config.SECOND: item.second}
    return {"data": data | {"shown_order": item.order.value}}


def _about(item: ResponseItem | PairItem) -> dict[str, str]:
    # Label Studio refuses a task that lacks what its configuration shows.
    about = {"prompt": item.prompt, "source_text": item.source_text or ""}
    return about | ({"task": item.task} if item.task else {})
