"""A filter's parsed tree, printed anew from the parts that are known to be harmless.

Only what is printed here is ever run, so the rule is: an unknown kind of expression, operator,
function or field is refused. DuckDB 1.5 and 2 serialize constants and functions differently;
both are read. It also bounds what DuckDB would optimise or match in exponential time, where it
cannot be interrupted: nested `BETWEEN` and `IN`, and `LIKE` patterns. It runs nothing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from profile_core.store.predicate_words import Refused

MAX_WEIGHT = 6_000
MAX_DEPTH = 100
MAX_SEARCHES = 40
MAX_GAP_PATTERN = 100

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "abs": (1, 1),
    "contains": (2, 2),
    "greatest": (1, None),
    "least": (1, None),
    "length": (1, 1),
    "lower": (1, 1),
    "round": (1, 2),
    "starts_with": (2, 2),
    "upper": (1, 1),
}
"""The functions a predicate may call, with the fewest and most arguments; coalesce is syntax."""

_SEARCHES = {"contains", "length", "lower", "starts_with", "upper"}

_COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_DISTINCT_FROM": "IS DISTINCT FROM",
    "COMPARE_NOT_DISTINCT_FROM": "IS NOT DISTINCT FROM",
}
_CONJUNCTIONS = {"CONJUNCTION_AND": " AND ", "CONJUNCTION_OR": " OR "}
_ARITHMETIC = {"+", "-", "*", "/", "//", "%"}
_LIKES = {"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "LIKE", "!~~*": "NOT LIKE"}
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DESCRIPTIVE = {"class", "type", "query_location", "query_location_length"}
_SAYS_NOTHING = {'""', "null", "false", "[]", '{"type": "ORDER_MODIFIER", "orders": []}'}
_NOWHERE = 2**63

TOO_DEEP = "it is nested too deeply"

Node = dict[str, Any]
"""A node of `json_serialize_sql`."""


class Printer:
    """Prints a parsed expression anew, refusing every part that it does not know.

    Beside the SQL each part has a weight: the number of parts that DuckDB's optimiser makes of
    it, which copies the operand of BETWEEN and IN into each comparison.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self.used: set[str] = set()
        self._columns = {column.lower(): column for column in columns}
        self._depth = 0
        self._searches = 0

    def condition(self, node: Node) -> str:
        """Return the SQL of a whole filter, which must say of a pair whether it is kept.

        A bare number or text would be read as true or false by rules that nobody has in mind.
        """
        sql, _ = self.render(node)
        is_value = node["class"] == "COLUMN_REF" or (
            node["class"] == "CONSTANT" and _literal(node)[0] not in ("BOOLEAN", "NULL_LITERAL")
        )
        if node["class"] == "FUNCTION":
            is_value = self._call(node)[0] not in {"contains", "starts_with", *_LIKES}
        if is_value:
            raise _refused("a condition is expected, such as length_a > 100", node)
        return sql

    def render(self, node: Node) -> tuple[str, int]:
        """Return the SQL of a node, in parentheses wherever they could matter, and its weight."""
        print_class = {
            "COLUMN_REF": self._column,
            "CONSTANT": self._constant,
            "COMPARISON": self._comparison,
            "CONJUNCTION": self._conjunction,
            "OPERATOR": self._operator,
            "BETWEEN": self._between,
            "CASE": self._case,
            "FUNCTION": self._function,
            "CAST": self._truth_value,
        }.get(node.get("class", ""))
        if print_class is None:
            kind = str(node.get("class")).lower().replace("_", " ")
            raise _refused(f"this kind of expression ({kind}) is not allowed", node)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _refused(TOO_DEEP, node)
        try:
            sql, weight = print_class(node)
        except Refused as refused:
            if refused.at is None:
                refused.at = _place(node)
            raise
        self._depth -= 1
        if weight > MAX_WEIGHT:
            raise _refused("too many conditions inside each other", node)
        return sql, weight

    def _column(self, node: Node) -> tuple[str, int]:
        (path,) = self._fields(node, "column_names")
        column = self._columns.get(path[0].lower()) if len(path) == 1 else None
        if column is None:
            name = ".".join(path)
            near = get_close_matches(name.lower(), self._columns, n=3)
            hint = (
                f"did you mean {' or '.join(self._columns[key] for key in near)}?"
                if near
                else "text takes 'single quotes'"
            )
            raise _refused(f"there is no column {name!r} ({hint})", node)
        self.used.add(column)
        return quoted(column), 1

    def _constant(self, node: Node) -> tuple[str, int]:
        self._fields(node, "literal" if "literal" in node else "value")
        kind, text = _literal(node)
        if kind == "STRING":
            return "'" + text.replace("'", "''") + "'", 1
        if kind in ("INTEGER", "NUMERIC"):
            digits = text.replace("_", "")
            if _NUMBER.fullmatch(digits) and math.isfinite(float(digits)):
                return (f"({digits})" if digits.startswith("-") else digits), 1
        if kind == "BOOLEAN" and text in ("true", "false"):
            return text.upper(), 1
        if kind == "NULL_LITERAL":
            return "NULL", 1
        raise _refused("this kind of constant is not allowed", node)

    def _truth_value(self, node: Node) -> tuple[str, int]:
        # DuckDB 1.5 parses TRUE and FALSE as casts of 't' and 'f'; any other cast is refused
        to_boolean = node.get("cast_type", {}).get("id") == "BOOLEAN" and not node.get("try_cast")
        constant = _literal(node["child"]) if node["child"]["class"] == "CONSTANT" else None
        if to_boolean and constant in (("STRING", "t"), ("STRING", "f")):
            return ("TRUE" if constant[1] == "t" else "FALSE"), 1
        raise _refused("casts (CAST, ::, DATE '…', IS TRUE) are not allowed", node)

    def _comparison(self, node: Node) -> tuple[str, int]:
        left, right = self._fields(node, "left", "right")
        return self._joined(f" {self._known(_COMPARISONS, node)} ", [left, right])

    def _conjunction(self, node: Node) -> tuple[str, int]:
        (children,) = self._fields(node, "children")
        return self._joined(self._known(_CONJUNCTIONS, node), children)

    def _operator(self, node: Node) -> tuple[str, int]:
        (children,) = self._fields(node, "children")
        parts = [self.render(child) for child in children]
        sqls = [sql for sql, _ in parts]
        weight = 1 + sum(weight for _, weight in parts)
        match node["type"], sqls:
            case "OPERATOR_NOT", [operand]:
                return f"(NOT {operand})", weight
            case "OPERATOR_IS_NULL", [operand]:
                return f"({operand} IS NULL)", weight
            case "OPERATOR_IS_NOT_NULL", [operand]:
                return f"({operand} IS NOT NULL)", weight
            case "OPERATOR_COALESCE", [*operands]:
                return f"coalesce({', '.join(operands)})", weight
            case "COMPARE_IN" | "COMPARE_NOT_IN" as kind, [operand, *values]:
                negation = "NOT " if kind == "COMPARE_NOT_IN" else ""
                copies = (len(values) - 1) * (parts[0][1] - 1)
                return f"({operand} {negation}IN ({', '.join(values)}))", weight + copies
        raise _refused("this operator is not allowed", node)

    def _between(self, node: Node) -> tuple[str, int]:
        operands = self._fields(node, "input", "lower", "upper")
        (value, weight), (low, low_weight), (high, high_weight) = map(self.render, operands)
        return f"({value} BETWEEN {low} AND {high})", 1 + 2 * weight + low_weight + high_weight

    def _case(self, node: Node) -> tuple[str, int]:
        checks, otherwise = self._fields(node, "case_checks", "else_expr")
        sql, total = "(CASE", 1
        for check in checks:
            (when, when_weight), (then, then_weight) = map(
                self.render, self._fields(check, "when_expr", "then_expr")
            )
            sql += f" WHEN {when} THEN {then}"
            total += when_weight + then_weight
        value, weight = self.render(otherwise)
        return f"{sql} ELSE {value} END)", total + weight

    def _function(self, node: Node) -> tuple[str, int]:
        name, arguments = self._call(node)
        if node.get("is_operator"):
            if name in _LIKES and len(arguments) == 2:
                return self._like(name, *arguments)
            if name in _ARITHMETIC and len(arguments) == 2:
                return self._joined(f" {name} ", arguments)
            if name in ("+", "-") and len(arguments) == 1:
                operand, weight = self.render(arguments[0])
                return f"({name} {operand})", 1 + weight
            raise _refused(f"the operator {name} is not allowed", node)
        if name not in FUNCTIONS:
            known = ", ".join(sorted([*FUNCTIONS, "coalesce"]))
            raise _refused(f"the function {name} is not allowed; there are {known}", node)
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= (most or len(arguments)):
            raise _refused(f"{name} does not take {len(arguments)} arguments", node)
        if name in _SEARCHES:
            self._count_search(node)
        sql, weight = self._joined(", ", arguments)
        return name + sql, weight

    def _call(self, node: Node) -> tuple[str, list[Node]]:
        """Return a function's name and arguments; DuckDB 2 wraps the arguments."""
        if "arguments" in node:
            name, path, wrapped, _ = self._fields(
                node, "function_name", "qualified_name", "arguments", "is_operator"
            )
            if path != {"path": [name]}:
                raise _refused("functions of a schema are not allowed", node)
            arguments = [self._fields(argument, "expression")[0] for argument in wrapped]
        else:
            name, arguments, _ = self._fields(node, "function_name", "children", "is_operator")
        return str(name).lower(), arguments

    def _like(self, name: str, value: Node, pattern: Node) -> tuple[str, int]:
        """Print LIKE so that matching takes time in proportion to the text.

        DuckDB 1.5 tries all ways to match ILIKE, and LIKE with `_`; plain `%` is searched for.
        """
        kind, wanted = _literal(pattern) if pattern["class"] == "CONSTANT" else ("", "")
        if kind != "STRING":
            raise _refused("LIKE takes a pattern in 'single quotes'", pattern)
        gaps = len(re.findall(r"%+(?![%])(?!\Z)", wanted))
        if "_" in wanted and (gaps > 1 or len(wanted) > MAX_GAP_PATTERN):
            raise _refused(
                "a LIKE pattern with _ takes one % before its end and "
                f"{MAX_GAP_PATTERN} characters; join two patterns with AND",
                pattern,
            )
        self._count_search(pattern)
        sql, weight = self.render(value)
        printed, _ = self._constant(pattern)
        if name.endswith("*"):
            sql, printed = f"lower({sql})", f"lower({printed})"
        return f"({sql} {_LIKES[name]} {printed})", 2 + weight

    def _joined(self, separator: str, nodes: list[Node]) -> tuple[str, int]:
        parts = [self.render(node) for node in nodes]
        sql = separator.join(sql for sql, _ in parts)
        return f"({sql})", 1 + sum(weight for _, weight in parts)

    def _known(self, names: dict[str, str], node: Node) -> str:
        if node["type"] not in names:
            raise _refused("this operator is not allowed", node)
        return names[node["type"]]

    def _fields(self, node: Node, *wanted: str) -> list[Any]:
        """Return the wanted fields; every other one must say nothing."""
        for field, value in node.items():
            known = field in wanted or field in _DESCRIPTIVE
            if not (known or json.dumps(value) in _SAYS_NOTHING):
                raise _refused(f"this form ({field.replace('_', ' ')}) is not allowed", node)
        if not node.keys() >= set(wanted):
            raise _refused("this form is not understood", node)
        return [node[field] for field in wanted]

    def _count_search(self, node: Node) -> None:
        self._searches += 1
        if self._searches > MAX_SEARCHES:
            raise _refused(f"more than {MAX_SEARCHES} searches in text are not allowed", node)


def _literal(node: Node) -> tuple[str, str]:
    """Return a constant's kind and text in the words of DuckDB 2, which keeps it as written."""
    if "literal" in node:
        return str(node["literal"].get("kind")), str(node["literal"].get("text", ""))
    return ("NULL_LITERAL", "") if node["value"]["is_null"] else _from_value(node["value"])


def _from_value(typed: Node) -> tuple[str, str]:
    """Return what DuckDB 1.5 has made of a constant as DuckDB 2 would have kept it."""
    kind: str = typed["type"]["id"]
    value: Any = typed.get("value")
    if isinstance(value, dict):
        value = (value["upper"] << 64) + value["lower"]
    match kind:
        case "VARCHAR":
            return "STRING", str(value)
        case "INTEGER" | "BIGINT" | "HUGEINT":
            return "INTEGER", str(value)
        case "DECIMAL":
            scale = typed["type"]["type_info"]["scale"]
            digits = str(abs(value)).rjust(scale + 1, "0")
            whole, part = digits[: len(digits) - scale], digits[len(digits) - scale :]
            return "NUMERIC", f"{'-' if value < 0 else ''}{whole}.{part}"
        case "DOUBLE":
            # an exponent keeps it from being read again as a DECIMAL
            return "NUMERIC", repr(value) if "e" in repr(value) else f"{value!r}e0"
    return str(kind), ""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _refused(problem: str, node: Node) -> Refused:
    return Refused(problem, _place(node))


def _place(node: Node) -> int | None:
    """Return the node's byte in the query; parts that DuckDB added itself have none."""
    place = node.get("query_location")
    return place if isinstance(place, int) and place < _NOWHERE else None
