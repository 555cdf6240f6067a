"""Writing: two data sets, each a folder as `rg.Dataset.to_disk` leaves it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from profile_core.formats import kept, targets
from profile_core.formats.argilla import agents
from profile_core.formats.outside import items, questions
from profile_core.formats.outside.items import PairItem, ResponseItem
from profile_core.formats.outside.questions import Preferred, Question
from profile_core.formats.spec import ExportOptions, Written
from profile_core.store.study import Study

_RECORDS = "records.json"
_SETTINGS = ".argilla/settings.json"
_DATASET = ".argilla/dataset.json"
_PARTS = ("responses", "pairs")
_FILES = [f"{part}/{file}" for part in _PARTS for file in (_RECORDS, _SETTINGS, _DATASET)]

_LONGEST = {"title": 500, "description": 1_000, "dataset": 100}
_UNFIT = re.compile(r"[^a-zA-Z0-9\-_ ]+")

_ABOUT_RESPONSES = (
    "Read the response, then answer for each factor what the text says of it. Where a value is "
    "suggested, check it against the text before you leave it. Numbers may be typed; "
    "`not applicable` and `can't tell` are answers, too."
)
_ABOUT_PAIRS = "Read both responses and say which one you prefer as an answer to the prompt."


def write(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write a folder with one data set of responses and one of pairs.

    Without a factor to ask about there is no data set of responses.
    """
    with (
        targets.new_folder(path, _FILES) as folder,
        kept.pairs(study, options) as (cursor, wide),
    ):
        asked = questions.chosen(cursor, options)
        records = 0
        if asked:
            about = ("prompt", "source_text", "response")
            records += _write_part(
                folder / "responses",
                (
                    _response_record(item, asked, blind=options.blind)
                    for item in items.responses(cursor, wide, asked)
                ),
                _settings(_ABOUT_RESPONSES, about, _factor_questions(asked)),
                f"{study.path.stem} responses",
            )
        records += _write_part(
            folder / "pairs",
            map(_pair_record, items.pairs(cursor, wide)),
            _settings(
                _ABOUT_PAIRS, ("prompt", "source_text", "first", "second"), _pair_questions()
            ),
            f"{study.path.stem} pairs",
        )
        written = [file for file in _FILES if (folder / file).exists()]
    return Written(tuple(path / file for file in written), records)


def _write_part(
    folder: Path, records: Iterator[dict[str, object]], settings: dict[str, object], name: str
) -> int:
    (folder / _SETTINGS).parent.mkdir(parents=True)
    dataset = {
        "name": _UNFIT.sub(" ", name).strip(" -_")[: _LONGEST["dataset"]],
        "guidelines": settings["guidelines"],
        "allow_extra_metadata": True,
        "distribution": settings["distribution"],
    }
    for file, content in ((_SETTINGS, settings), (_DATASET, dataset)):
        (folder / file).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return items.write_array(folder / _RECORDS, records)


def _response_record(
    item: ResponseItem, asked: Sequence[Question], *, blind: bool
) -> dict[str, object]:
    suggestions: dict[str, object] = {
        question.name: {
            "value": said,
            "score": None,
            "agent": agents.name_of(question.extractor or ""),
        }
        for question, said in item.suggestions(asked)
        if not blind
    }
    fields = {"prompt": item.prompt, "source_text": item.source_text, "response": item.text}
    return _record(
        item.response_id, fields, {"response_id": item.response_id, "task": item.task}, suggestions
    )


def _pair_record(item: PairItem) -> dict[str, object]:
    fields = {"prompt": item.prompt, "source_text": item.source_text}
    metadata = {"pair_id": item.pair_id, "shown_order": item.order.value, "task": item.task}
    return _record(
        item.pair_id, fields | {"first": item.first, "second": item.second}, metadata, {}
    )


def _record(
    record_id: str,
    fields: Mapping[str, str | None],
    metadata: Mapping[str, str | None],
    suggestions: dict[str, object],
) -> dict[str, object]:
    return {
        "id": record_id,
        "fields": {name: text for name, text in fields.items() if text is not None},
        "metadata": {name: text for name, text in metadata.items() if text is not None},
        "suggestions": suggestions,
        "responses": {},
        "vectors": {},
    }


def _settings(
    guidelines: str, fields: Sequence[str], asked: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "guidelines": guidelines,
        "questions": asked,
        "fields": [
            {
                "name": name,
                "title": name.replace("_", " ").capitalize(),
                "required": name != "source_text",
                # Texts are data: as Markdown, a response could show what it does not say.
                "settings": {"type": "text", "use_markdown": False},
            }
            for name in fields
        ],
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
        "mapping": None,
    }


def _factor_questions(asked: Sequence[Question]) -> list[dict[str, object]]:
    found = [
        _question(
            question.name,
            question.factor.title,
            _choice([(option, option) for option in question.options])
            if question.options
            else {"type": "text", "use_markdown": False},
            description=question.guideline,
            required=True,
        )
        for question in asked
    ]
    return [*found, _question(questions.NOTE, "Note", {"type": "text", "use_markdown": False})]


def _pair_questions() -> list[dict[str, object]]:
    names = {
        Preferred.FIRST: "the first",
        Preferred.SECOND: "the second",
        Preferred.TIE: "neither more than the other",
    }
    options = [(choice.value, names.get(choice, choice.value)) for choice in Preferred]
    strengths = [(str(number), text) for number, text in questions.STRENGTHS.items()]
    return [
        _question(questions.PREFERENCE, "Which do you prefer?", _choice(options), required=True),
        _question(questions.STRENGTH, "By how much?", _choice(strengths)),
        _question(questions.REASON, "Why?", {"type": "text", "use_markdown": False}),
    ]


def _choice(options: Sequence[tuple[str, str]]) -> dict[str, object]:
    return {
        "type": "label_selection",
        "options": [{"value": value, "text": text} for value, text in options],
        "visible_options": len(options),
    }


def _question(
    name: str,
    title: str,
    settings: dict[str, object],
    *,
    description: str | None = None,
    required: bool = False,
) -> dict[str, object]:
    return {
        "name": name,
        "title": title[: _LONGEST["title"]],
        "description": description and description[: _LONGEST["description"]],
        "required": required,
        "settings": settings,
    }
