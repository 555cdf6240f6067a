"""The tables below the models: how far to trust each, and its weights with their pairs."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from profile_core.analysis import titles
from profile_core.analysis.bayesian_model import BayesianModel
from profile_core.analysis.conditional_model import ConditionalModel, FactorWeight
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.relations import Relation
from profile_core.stats.folds import COIN
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import frame, held_equal, influence_view, pair_links, tables
from profile_core.ui.held_equal import Models

COLLINEAR = 30.0
"""A condition number from which weights of single factors say little (Belsley et al. 1980)."""
_INFLATED = 5.0
_COIN = f"50 %, {COIN:.2f}"

Sampled = Mapping[tuple[Setting, str], BayesianModel]


def trust(models: Models) -> None:
    """Draw what each model rests on, how well it foretells, and what is not in it."""
    frame.section(
        "How far to trust the models",
        "Scores are on prompts that a model has not seen, beside those of a coin.",
    )
    tables.table(
        [
            tables.Column("Source"),
            tables.Column("Setting"),
            tables.Column("Pairs", is_number=True, help="Strict choices with a value of each"),
            tables.Column("Left out", is_number=True, help="Strict choices without such a value"),
            tables.Column("Prompts", is_number=True),
            tables.Column("Foretold", is_number=True, help="Share of choices foretold; coin: 50 %"),
            tables.Column("Log loss", is_number=True, help="The lower the better; coin: 0.69"),
            tables.Column(
                "Collinearity", is_number=True, help="Condition number; up to 30 is fine"
            ),
        ],
        [_trusted(model, models) for model in models.found],
        caption=f"A coin foretells {_COIN} log loss. Every count of pairs opens them.",
    )
    frame.note(" ".join(_remarks(models)))
    left_out = [(model, item) for model in models.found for item in model.left_out]
    if left_out:
        of = numbers.counted(len({item.factor for _, item in left_out}), "factor")
        with st.expander(f"What is not in a model, and why ({of})"):
            _left_out(models)


def weights(models: Models, sampled: Sampled) -> None:
    """Draw the weights of one model, each count a way to its pairs."""
    frame.section("The numbers, and the pairs behind them")
    names = {f"{model.source} · {model.setting}": model for model in models.fitted}
    of = st.selectbox(
        "Source", list(names), key=influence_view.key("of"), bind="query-params", width=320
    )
    model = names[of or next(iter(names))]
    bayesian = sampled.get((model.setting, model.source))
    columns = [
        tables.Column("Factor"),
        tables.Column("Weight", is_number=True, help="Log odds of one typical difference"),
        tables.Column("Preferred", is_number=True, help="With one typical difference more"),
        *([tables.Column("Bayesian", is_number=True, help="With more of it")] if bayesian else []),
        tables.Column("Typical difference", is_number=True, help="Root mean square"),
        tables.Column("τ alone", is_number=True, help="Nothing held equal"),
        tables.Column("C", is_number=True, help="Concordant: the preferred one has more"),
        tables.Column("D", is_number=True, help="Discordant: the preferred one has less"),
        tables.Column("T", is_number=True, help="Both have the same amount"),
        tables.Column("q", is_number=True, help="Benjamini-Hochberg over the model’s factors"),
        tables.Column("VIF", is_number=True, help="Variance inflation; 5: read with care"),
    ]
    rows = held_equal.as_rows(model, models.names)
    by_name = {weight.factor: weight for weight in model.weights}
    tables.table(
        columns,
        [_weighed(row, by_name[row.factor], model, models, bayesian) for row in rows],
        caption="Every count, and every τ, opens its pairs.",
    )


def _trusted(model: ConditionalModel, models: Models) -> list[tables.Cell]:
    if model.reason:
        missing = numbers.count(model.incomplete)
        prompts = numbers.count(model.prompts)
        return [
            model.source,
            str(model.setting),
            "no model",
            missing,
            prompts,
            *(numbers.NONE,) * 3,
        ]
    scores = model.held_out
    address = held_equal.within(models.chosen, model).address("browse")
    of_source = {**address, "setting": str(model.setting), "source": model.source}
    return [
        model.source,
        str(model.setting),
        tables.Link(numbers.count(model.pairs), "browse", tuple(of_source.items())),
        numbers.count(model.incomplete),
        numbers.count(model.prompts),
        numbers.percent(scores.accuracy) if scores else numbers.NONE,
        numbers.decimal(scores.log_loss if scores else None),
        numbers.decimal(model.condition_number, 1),
    ]


def _remarks(models: Models) -> list[str]:
    fitted = models.fitted
    poor = [_name(m) for m in fitted if m.held_out and m.held_out.log_loss >= COIN]
    partly = [_name(m) for m in fitted if m.held_out and m.held_out.separated]
    close = [_name(m) for m in fitted if (m.condition_number or 0.0) > COLLINEAR]
    inflated = {
        numbers.inline(models.shown.factors[weight.factor].title)
        for model in fitted
        for weight in model.weights
        if (weight.vif or 0.0) > _INFLATED
    }
    absent = [f"{_name(model)}, {model.reason}" for model in models.found if model.reason]
    said = [
        (absent, "no model: {}"),
        (poor, "foretold no better than by a coin, so that no weight explains much: {}"),
        (partly, "not every fold has a score, because the rest settles its choices: {}"),
        (close, "factors go together so closely that single weights say little: {}"),
        (sorted(inflated), "uncertain because others go with it (VIF above 5): {}"),
    ]
    if fitted and not close and not inflated:
        said.append(([""], "no factor is hard to tell from the others (VIF 5 or less){}"))
    return [
        f"{words[0].upper()}{words[1:].format(numbers.listed(who))}." for who, words in said if who
    ]


def _left_out(models: Models) -> None:
    reasons: dict[tuple[str, str], list[str]] = {}
    for model in models.found:
        for item in model.left_out:
            reasons.setdefault((item.factor, item.reason), []).append(_name(model))
    tables.table(
        [tables.Column("Factor"), tables.Column("Why"), tables.Column("Model of")],
        [
            [models.shown.factors[factor].title, reason, numbers.listed(who)]
            for (factor, reason), who in sorted(reasons.items())
        ],
        caption="Name factors above to have them in the models all the same.",
    )


def _weighed(
    row: InfluenceRow,
    weight: FactorWeight,
    model: ConditionalModel,
    models: Models,
    bayesian: BayesianModel | None,
) -> list[tables.Cell]:
    factor = models.shown.factors[row.factor]
    chosen = held_equal.within(models.chosen, model)
    typical = numbers.decimal(weight.typical)
    return [
        factor.title,
        numbers.with_interval(weight.coefficient, weight.low, weight.high),
        held_equal.percent(row.tau, row.low, row.high),
        *([_posterior(bayesian, row.factor)] if bayesian else []),
        typical,
        _alone(row, models),
        *(
            tables.Link(
                numbers.count(count),
                "browse",
                tuple(pair_links.params(row, relation, chosen).items()),
            )
            if count
            else numbers.count(count)
            for relation, count in (
                (Relation.CONCORDANT, row.concordant),
                (Relation.DISCORDANT, row.discordant),
                (Relation.TIED, row.tied),
            )
        ),
        numbers.probability(row.q),
        numbers.decimal(weight.vif, 1),
    ]


def _posterior(bayesian: BayesianModel, factor: str) -> str:
    found = {weight.factor: weight for weight in bayesian.weights}
    if factor not in found:
        return numbers.NONE
    weight = found[factor]
    return f"{numbers.with_interval(weight.mean, weight.low, weight.high, 0)} %"


def _alone(row: InfluenceRow, models: Models) -> tables.Cell:
    """The factor's influence without a model, over all its pairs."""
    for alone in models.shown.found.rows:
        if (alone.setting, alone.source, alone.factor) == (row.setting, row.source, row.factor):
            if said := titles.absence(alone):
                return said
            less = (alone.tau or 0.0) < 0
            relation = Relation.DISCORDANT if less else Relation.CONCORDANT
            params = pair_links.params(alone, relation, models.chosen)
            return tables.Link(numbers.decimal(alone.tau), "browse", tuple(params.items()))
    return numbers.NONE


def _name(model: ConditionalModel) -> str:
    return f"{model.source} ({model.setting})"
