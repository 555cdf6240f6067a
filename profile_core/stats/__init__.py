"""Statistics as pure functions: arrays in, frozen values out.

    planes          pairs as bit planes: pack, mask, count, patch
    clusters        per-prompt sums and their second moments, from planes
    tau             the influence table: tau_14, tau_13 and soft tau with intervals, p and q
    intervals       cluster-robust intervals of a ratio of sums, sign tests, paired differences
    multiplicity    Benjamini-Hochberg and Holm
    bootstrap       resampling of prompts for what has no closed form
    agreement       of sources with each other, and of factors with each other
    rank            tau_b per prompt and pairwise accuracy with ties
    verdicts        from verdicts to a choice
    conditional     a logistic model of the choice: what matters with the others held equal
    counterfactual  modelled influence and rates, with factors held equal
    win_rates       of generators, raw and length-controlled
    dose            the share preferred by the size of a difference
    folds           held-out scores of a conditional model
    bayes           weights under a Laplace prior (the optional extra)

Nothing here knows of studies, files, SQL or pages; a prompt is always the cluster.
"""
