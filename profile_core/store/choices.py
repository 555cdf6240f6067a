"""From verdicts to a choice, in SQL: repeats by their mode, then both orders.

`stats.verdicts` is the same rule in Python, held equal by a test: an asked order without a valid
answer abstains, and two orders that differ are a tie.
"""

from __future__ import annotations

_PAIR_CHOICE = """
WITH ballot AS (
    SELECT pair_id, source_id, coalesce(shown_order, '') AS shown_order,
        count(*) FILTER (status = 'valid' AND choice = 'a') AS for_a,
        count(*) FILTER (status = 'valid' AND choice = 'b') AS for_b,
        count(*) FILTER (status = 'valid' AND choice = 'tie') AS for_tie,
        avg(probability) FILTER (status = 'valid') AS probability
    FROM {preferences} GROUP BY pair_id, source_id, coalesce(shown_order, '')),
shown AS (
    SELECT *, {choice} AS choice FROM ballot)
SELECT pair_id, source_id,
    CASE WHEN count(choice) < count(*) THEN NULL
        WHEN min(choice) = max(choice) THEN min(choice)
        ELSE 'tie' END AS choice,
    CASE WHEN count(choice) < count(*) THEN NULL ELSE avg(probability) END AS probability,
    CASE WHEN count(choice) FILTER (shown_order <> '') = 2
        THEN min(choice) FILTER (shown_order <> '')
            <> max(choice) FILTER (shown_order <> '') END AS flipped
FROM shown GROUP BY pair_id, source_id"""


def pair_choice(preferences: str = "preference") -> str:
    """Give the query for one choice a pair and source, over a table or a bracketed query.

    Its columns: pair_id, source_id, choice (null: abstained), probability that a is preferred
    (mean over orders), flipped (null where not both orders are valid).
    """
    return _PAIR_CHOICE.format(preferences=preferences, choice=modal("for_a", "for_b", "for_tie"))


def modal(for_a: str, for_b: str, for_tie: str) -> str:
    """Give the expression for what most answers say, from columns that count them.

    A tie where no answer leads alone; null where there is none.
    """
    return f"""CASE
        WHEN {for_a} + {for_b} + {for_tie} = 0 THEN NULL
        WHEN {for_a} > {for_b} AND {for_a} > {for_tie} THEN 'a'
        WHEN {for_b} > {for_a} AND {for_b} > {for_tie} THEN 'b'
        ELSE 'tie' END"""
