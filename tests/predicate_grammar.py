"""Filters made by chance: honest ones by a grammar, and hostile ones by what is spliced in."""

from __future__ import annotations

import random
from collections.abc import Iterator

COLUMNS = (
    "pair_id",
    "task",
    "meta_topic",
    "choice_human",
    "choice_gpt_4o",
    "score_level_a",
    "length_a",
    "length_b",
    "fluency_a",
    "fluency_b",
)
NUMBERS = COLUMNS[5:]
TEXTS = COLUMNS[:5]

ATTACKS = (
    "(SELECT count(*) FROM secret)",
    "(SELECT word FROM secret LIMIT 1)",
    "EXISTS (SELECT 1 FROM secret WHERE word LIKE 'x%')",
    "pair_id IN (SELECT word FROM secret)",
    "pair_id IN (FROM secret)",
    "pair_id IN (FROM read_text('/etc/passwd'))",
    "length_a > ALL (SELECT 1)",
    "read_text('/etc/passwd')",
    "read_csv('/etc/passwd')",
    "read_blob('*')",
    "glob('*')",
    "current_setting('home_directory')",
    "getenv('HOME')",
    "getvariable('x')",
    "current_user",
    "version()",
    "pg_sleep(9)",
    "repeat('a', 1000000000)",
    "lpad('a', 1000000000, 'b')",
    "range(1000000000000)",
    "generate_series(1, 100000000000)",
    "sha256(repeat('a', 100000000))",
    "regexp_matches(task, '(a+)+$')",
    "task SIMILAR TO '(a|aa)+'",
    "task GLOB '*'",
    "list_transform([1, 2], x -> x + 1)",
    "list_transform([1, 2], lambda x: x + 1)",
    "[x FOR x IN [1, 2, 3]]",
    "COLUMNS(*)",
    "COLUMNS('length.*')",
    "*",
    "pair_wide.*",
    "secret.word",
    "main.pair_wide.task",
    "{'a': 1}.a",
    "MAP {'a': 1}['a']",
    "[1, 2, 3][1]",
    "task[1:2]",
    "(length_a, length_b)",
    "length_a::STRUCT(a INTEGER)",
    "CAST(task AS BLOB)",
    "TRY_CAST(task AS JSON)",
    "DATE '2020-01-01'",
    "INTERVAL 1 YEAR",
    "task COLLATE NOCASE",
    "row_number() OVER ()",
    "sum(length_a) OVER (PARTITION BY task)",
    "count(*)",
    "max(length_a)",
    "count(*) FILTER (WHERE TRUE)",
    "; DROP TABLE pair_wide",
    "; DELETE FROM pair_wide; SELECT (1",
    "; ATTACH 'stolen.duckdb'",
    "; COPY pair_wide TO 'stolen.csv'",
    "TRUE -- ",
    "TRUE /*",
    "*/ TRUE",
    "$1",
    "?",
    "#1",
    "$$text$$",
    "E'\\n'",
    "X'ab'",
    "U&'\\0041'",
    "@length_a",
    "task ^@ 'a'",
    "length_a ** 99999",
    "length_a ^ 99999",
    "1 << 62",
    "5!",
    "task || task",
    "lower(x := task)",
    "lower(DISTINCT task)",
    "task.lower()",
    "task.replace('a', 'b')",
    "main.lower(task)",
    "system.main.lower(task)",
    "query('SELECT 1')",
    "query_table('secret')",
    "getvariable('x')",
    "nextval('s')",
    "setseed(0.5)",
    "write_log('x')",
    "json_serialize_sql('SELECT 1')",
    "parse_path('/etc')",
    "duckdb_secrets()",
    "which_secret('a', 'b')",
    "PIVOT",
    "CASE CASE length_a WHEN 1 THEN 2 END WHEN 2 THEN 3 END",
    "length_a IN length_b",
    "DEFAULT",
    "rowid",
    "ROW(1, 2)",
    "UNNEST([1])",
    "VALUES (1)",
    "\x00",
    "'\x00'",
    "\u00a0",
    "\u200b",
    "\u0442ask = 'a'",
    "\uff07a\uff07",
    "\ud800",
    "'",
    '"',
    "(",
    ")",
    "((((((((((((((((((((",
    "'a' 'b'",
    "1e999",
    "9" * 60,
    "0x7f",
)

BREAKOUTS = (
    "TRUE) OR (TRUE",
    "TRUE) UNION (SELECT word FROM secret",
    "TRUE) GROUP BY (1",
    "TRUE) ORDER BY (SELECT word FROM secret",
    "TRUE) LIMIT (SELECT 1",
    "TRUE) QUALIFY (TRUE",
    "TRUE) TABLESAMPLE (10",
)


def filters(seed: int, count: int) -> Iterator[str]:
    """Yield `count` filters; about half of them are honest, the rest attacked or mutilated."""
    chance = random.Random(seed)
    for _ in range(count):
        text = _condition(chance, chance.randint(0, 4))
        kind = chance.random()
        if 0.45 < kind < 0.75:
            text = _spliced(chance, text)
        elif 0.75 < kind < 0.95:
            text = _mutilated(chance, text)
        elif kind > 0.95:
            text = _bomb(chance)
        yield text


def _condition(chance: random.Random, depth: int) -> str:
    if depth <= 0:
        return chance.choice(
            (
                f"{_number(chance, 0)} {chance.choice(('=', '<', '<=', '<>', '!='))} 5",
                f"{_text(chance, 0)} = {_constant(chance)}",
                f"{chance.choice(COLUMNS)} IS {chance.choice(('', 'NOT '))}NULL",
                chance.choice(("TRUE", "false", "NULL")),
            )
        )
    inner = depth - 1
    negation = chance.choice(("", "", "NOT "))
    return chance.choice(
        (
            lambda: f"{_condition(chance, inner)} AND {_condition(chance, inner)}",
            lambda: f"({_condition(chance, inner)} or {_condition(chance, inner)})",
            lambda: f"NOT ({_condition(chance, inner)})",
            lambda: f"{_number(chance, inner)} < {_number(chance, inner)}",
            lambda: f"{_number(chance, inner)} {negation}BETWEEN 2 AND {_number(chance, inner)}",
            lambda: f"{_number(chance, inner)} {negation}IN (1, 2.5, {_number(chance, inner)})",
            lambda: f"{_text(chance, inner)} {negation}in ('a', {_constant(chance)})",
            lambda: f"{_text(chance, inner)} {negation}LIKE {_pattern(chance)}",
            lambda: f"{_text(chance, inner)} {negation}ilike {_pattern(chance)}",
            lambda: f"contains({_text(chance, inner)}, {_constant(chance)})",
            lambda: f"starts_with({_text(chance, inner)}, {_constant(chance)})",
            lambda: f"{_text(chance, inner)} IS {negation}DISTINCT FROM {_text(chance, inner)}",
            lambda: f"({_condition(chance, inner)}) IS NULL",
        )
    )()


def _number(chance: random.Random, depth: int) -> str:
    if depth <= 0:
        constants = ("7", "-3", "2.50", "1e2", ".5", "1_000", "NULL")
        return chance.choice((*NUMBERS, '"length_a"', "LENGTH_B", *constants))
    inner = depth - 1
    return chance.choice(
        (
            lambda: f"({_number(chance, inner)} {chance.choice('+-*/%')} {_number(chance, inner)})",
            lambda: f"{_number(chance, inner)} - {_number(chance, inner)}",
            lambda: f"abs({_number(chance, inner)})",
            lambda: f"- {_number(chance, inner)}",
            lambda: f"round({_number(chance, inner)}, 1)",
            lambda: f"least({_number(chance, inner)}, {_number(chance, inner)})",
            lambda: f"greatest({_number(chance, inner)}, 3)",
            lambda: f"coalesce({_number(chance, inner)}, 0)",
            lambda: f"length({_text(chance, inner)})",
            lambda: f"CASE WHEN {_condition(chance, inner)} THEN {_number(chance, inner)} END",
            lambda: f"case score_level_a when 1 then 2 else {_number(chance, inner)} end",
        )
    )()


def _text(chance: random.Random, depth: int) -> str:
    if depth <= 0:
        return chance.choice((*TEXTS, '"task"', "TASK"))
    inner = depth - 1
    return chance.choice(
        (
            lambda: f"lower({_text(chance, inner)})",
            lambda: f"UPPER({_text(chance, inner)})",
            lambda: f"coalesce({_text(chance, inner)}, {_constant(chance)})",
            lambda: f"CASE WHEN {_condition(chance, inner)} THEN 'a' ELSE {_text(chance, 0)} END",
        )
    )()


def _constant(chance: random.Random) -> str:
    return chance.choice(("'a'", "'tie'", "'it''s'", "''", "'é ü'", "'); --'", "'(\"'", "'%_'"))


def _pattern(chance: random.Random) -> str:
    pieces = [chance.choice(("%", "_", "a", "A", "%%", "é", "''", "ie")) for _ in range(4)]
    return f"'{''.join(pieces)}'"


def _spliced(chance: random.Random, text: str) -> str:
    attack = chance.choice(ATTACKS + BREAKOUTS)
    words = text.split(" ")
    place = chance.randrange(len(words))
    how = chance.random()
    if how < 0.4:
        words[place] = attack
    elif how < 0.6:
        words.insert(place, attack)
    elif how < 0.8:
        return f"{text} {chance.choice(('AND', 'OR', '=', ','))} {attack}"
    else:
        return attack
    return " ".join(words)


def _mutilated(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text) + 1)
        length = chance.randint(0, 5)
        added = "".join(chance.choice("'\"()[]{};:,.*%_-/\\\n@#$?|<>=!a1 é\x00") for _ in range(2))
        text = text[:place] + chance.choice(("", added, text)) + text[place + length :]
    return text[:20_000]


def _bomb(chance: random.Random) -> str:
    size = chance.choice((3, 10, 30, 50, 500, 3000))
    start, middle, end = chance.choice(
        (
            ("(", "length_a = 1", ")"),
            ("NOT ", "TRUE", ""),
            ("- ", "length_a = 1", ""),
            ("CASE ", "length_a", " WHEN 1 THEN 1 WHEN 2 THEN 2 END"),
            ("CASE WHEN ", "length_a = 1", " THEN TRUE ELSE FALSE END"),
            ("(", "length_a", " BETWEEN 0 AND 1)"),
            ("(", "length_a", " IN (length_b, 1))"),
            ("(", "length_a", " NOT IN (length_b, 1, 2))"),
            ("abs(", "length_a", ")"),
            ("lower(", "task", ")"),
            ("coalesce(task, ", "task", ")"),
            ("length_a + ", "length_b", " > 1"),
            ("length_a = 1 OR ", "TRUE", ""),
            ("task LIKE '%a%a%a%a%a%a_%b' AND ", "TRUE", ""),
            ("'" + "a" * 400 + "' ILIKE '%a%a%a%a%a%a%a%a%b' OR ", "FALSE", ""),
            ("(", "", ""),
            ("", "task = '", "a"),
            ("/*", "", ""),
        )
    )
    return start * size + middle + end * size
