"""A source keeps one colour: people are ink, a model's judge and generator share theirs."""

from __future__ import annotations

from profile_core.analysis.palette import INK, PAPER, Colour, source_colours
from profile_core.store.wide_table import WideSource
from profile_core.types import SourceKind


def source(kind: SourceKind, name: str, model: str | None = None) -> WideSource:
    return WideSource(f"{kind}:{name}", kind, name, model, False, (), None, None)


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_people_are_ink_and_models_are_not() -> None:
    colours = source_colours(
        [
            source(SourceKind.HUMAN, "ann"),
            source(SourceKind.GOLD, "g"),
            source(SourceKind.JUDGE, "j"),
        ]
    )
    assert colours["human:ann"] == colours["gold:g"] == INK
    assert colours["judge:j"] != INK


def test_a_judge_and_a_generator_of_one_model_share_a_colour() -> None:
    colours = source_colours(
        [
            source(SourceKind.JUDGE, "gpt/careful", "gpt"),
            source(SourceKind.GENERATOR, "gpt"),
            source(SourceKind.JUDGE, "other"),
        ]
    )
    assert colours["judge:gpt/careful"] == colours["generator:gpt"] != colours["judge:other"]


def test_every_colour_stands_out_from_its_paper() -> None:
    models = source_colours([source(SourceKind.JUDGE, f"m{n}") for n in range(6)]).values()
    assert len(set(models)) == 6
    for colour in (*models, INK):
        assert isinstance(colour, Colour)
        for is_dark in (False, True):
            assert contrast(colour.on(is_dark), PAPER.on(is_dark)) >= 3.0, colour
