"""The what-if page says what its numbers can bear, and what it could not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from profile_core.analysis import conditions
from profile_core.analysis.one_pair import Prediction, one_pair
from profile_core.analysis.quick_scenarios import quick
from profile_core.analysis.scenario import Scenario, in_words
from profile_core.analysis.what_if import what_if
from profile_core.types import Choice
from tests.app_driver import open_page, shown
from tests.test_analysis_what_if import random_rows, rated_study
from tests.test_page_what_if import rows_of, study_of, tables_of

NOT_SUBTRACTED = "over different factors and not to be subtracted"


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "study.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def demo(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROFILE_STUDY", str(demo_file))
    return demo_file


def nearness(app: object) -> dict[str, list[str]]:
    return rows_of(next(table for table in tables_of(app) if "Raw ρ" in table))


@pytest.mark.usefixtures("demo")
def test_distances_over_different_factors_are_not_to_be_subtracted() -> None:
    app = open_page("what_if", **{"what_if.drop": "length"})
    assert NOT_SUBTRACTED in shown(app)
    found = what_if(study_of(app), Scenario(dropped=("length",)))
    old, new = found.baseline.alignment[0], found.result.alignment[0]
    assert old.factors != new.factors
    assert nearness(app)[old.source][3] == f"{old.factors} → {new.factors}"
    assert NOT_SUBTRACTED not in shown(open_page("what_if"))


@pytest.mark.usefixtures("demo")
def test_what_a_model_cannot_move_is_said_beside_it() -> None:
    for name in ("Agreements", "Win rates"):
        words = f"{name} count choices as they were made"
        assert words in shown(open_page("what_if", **{"what_if.modelled": "length"}))
        assert words not in shown(open_page("what_if", **{"what_if.drop": "length"}))


@pytest.mark.usefixtures("demo")
def test_agreement_is_written_as_on_the_alignment_page() -> None:
    app = open_page("what_if", **{"what_if.where": "length_a > 150"})
    found = what_if(study_of(app), Scenario(where="length_a > 150"))
    rows = nearness(app)
    told = [row for row in found.baseline.alignment if row.agreement_low is not None]
    scarce = [
        row
        for row in found.result.alignment
        if row.agreement is not None and row.agreement_low is None
    ]
    assert told
    assert scarce
    for row in told:
        assert rows[row.source][5].startswith(f"{row.agreement:.2f} [")
    for row in scarce:
        assert rows[row.source][6].startswith(f"too few ({row.pairs} pair")


@pytest.mark.usefixtures("demo")
def test_without_a_pair_there_is_no_chart() -> None:
    nothing = open_page("what_if", **{"what_if.where": "length_a > 100000"})
    assert "Nothing can be said" in shown(nothing)
    assert not nothing.get("vega_lite_chart")
    assert open_page("what_if").get("vega_lite_chart")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("band", ["abc", "-3", "inf", "nan"])
def test_a_band_that_cannot_be_read_is_said_and_the_first_one_taken(band: str) -> None:
    app = open_page("what_if", **{"what_if.matched": "length", "what_if.band.length": band})
    said = shown(app)
    assert f"band of length of “{band}”, which is not a number of 0 or more" in said
    stands = app.slider(key="what_if.band.length").value
    assert stands > 0
    assert f"; {stands:g} is taken" in said
    assert f"length matched within {stands:g}" in said
    assert app.query_params["what_if.band.length"] in (str(stands), [str(stands)])


@pytest.mark.usefixtures("demo")
def test_an_unknown_view_is_said() -> None:
    said = shown(open_page("what_if", **{"what_if.view": "sideways"}))
    assert "The link asks for view “sideways”, which is not one of" in said
    assert "before and after is shown" in said


def test_leaving_a_generator_out_has_its_own_words() -> None:
    without = conditions.without_generator("Al's (b)")
    assert in_words(Scenario(where=without)) == "without what Al's (b) wrote"
    narrower = conditions.all_of(["task = 'qa'", without])
    assert in_words(Scenario(where=narrower)) == (
        "pairs with (task = 'qa') AND (without what Al's (b) wrote)"
    )
    # here NOT is of the first half alone
    assert in_words(Scenario(where=f"NOT {without}")) == f"pairs with NOT {without}"


@pytest.mark.usefixtures("demo")
def test_the_question_of_the_most_verbose_generator_is_said_in_words() -> None:
    app = open_page("what_if")
    asked = next(item for item in quick(study_of(app)) if item.name.startswith("Without"))
    next(b for b in app.button if "most verbose" in b.label).click().run()
    name = asked.name.removeprefix("Without ")
    assert f"Scenario: without what {name} wrote." in shown(app)


@pytest.mark.parametrize(
    ("p", "low", "high", "leans"),
    [
        (0.7, 0.6, 0.8, Choice.A),
        (0.3, 0.2, 0.4, Choice.B),
        (0.7, 0.4, 0.9, None),
        (0.504, 0.502, 0.506, None),
        (0.9, None, None, None),
    ],
)
def test_a_choice_is_predicted_only_where_it_can_be_told_from_even(
    p: float, low: float | None, high: float | None, leans: Choice | None
) -> None:
    assert Prediction(0.0, p, low, high).leans is leans


@pytest.mark.usefixtures("demo")
def test_a_pair_that_models_cannot_tell_is_not_given_a_choice() -> None:
    params = {"what_if.view": "one pair", "what_if.setting": "evaluation"}
    for place in range(1, 6):
        app = open_page("what_if", **params, **{"what_if.pair": str(place)})
        said = shown(app)
        assert "to choose a (50 %)" not in said
        assert "to choose b (50 %)" not in said
        if "cannot say (" in said:
            return
    pytest.fail("no pair among five is in doubt")


@pytest.mark.parametrize(("pairs_a_prompt", "is_predicted"), [(20, False), (16, True)])
def test_nothing_is_predicted_from_fewer_than_5_prompts(
    pairs_a_prompt: int, is_predicted: bool
) -> None:
    rows = [(apart, choices) for apart, choices, *_ in random_rows(80)]
    with rated_study(rows, per_prompt=pairs_a_prompt) as study:
        with study.cursor() as cursor:
            ((pair,),) = cursor.execute("SELECT pair_id FROM pair LIMIT 1").fetchall()
        (view,) = one_pair(study, pair)
    assert (view.as_is is not None) is is_predicted
    assert ("too few prompts to predict from (4)" in view.note) is not is_predicted
