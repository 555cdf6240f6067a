"""The words of a filter, checked before any parser sees them.

Whatever the grammar of `--where` never needs is refused here: comments, semicolons, parameters,
casts, brackets, lookalike letters, string constants with rules of their own. So is what DuckDB
would parse for too long, where it cannot be interrupted: nested `CASE x WHEN` takes exponential
time, and thousands of open parentheses or signs many seconds. It knows nothing of columns or
meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MAX_CHARACTERS = 10_000
MAX_NESTING = 50
MAX_CONSTANT = 1_000
MAX_DIGITS = 40

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | (?P<quoted>'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*")
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
    | (?P<comment>--|/\*)
    | (?P<sign><=|>=|<>|!=|==|//|[-+*/%<>=,.()])""",
    re.VERBOSE,
)


class Refused(Exception):
    """What is wrong with a filter, and at which of its characters (from 0) if that is known."""

    def __init__(self, problem: str, at: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.at = at


def check_words(text: str) -> None:
    """Raise Refused unless the text is made of a filter's words, closed and shallow."""
    if len(text) > MAX_CHARACTERS:
        raise Refused(f"it has {len(text):,} characters; at most {MAX_CHARACTERS:,} are allowed")
    words = [(token.group().upper(), token.start()) for token in _tokens(text)]
    _check_nesting(words)
    _check_forms(words)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    end, before = 0, "space"
    while end < len(text):
        token = _TOKEN.match(text, end)
        if token is None:
            raise Refused(_unreadable(text[end]), end)
        start, end = token.span()
        kind = token.lastgroup or ""
        if kind == "comment":
            raise Refused("comments are not allowed", start)
        if kind == "number" and end - start > MAX_DIGITS:
            raise Refused(f"this number has more than {MAX_DIGITS} digits", start)
        if kind == "quoted":
            # E'…', X'…' and the like have their own rules of where a constant ends
            if before not in ("space", "sign"):
                raise Refused("leave a space before this quote", start)
            _check_quoted(token.group(), start)
        if kind != "space":
            yield token
        before = kind


def _check_quoted(quoted: str, start: int) -> None:
    if len(quoted) > MAX_CONSTANT:
        raise Refused(f"this constant has more than {MAX_CONSTANT:,} characters", start)
    for offset, character in enumerate(quoted):
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\r\n":
            raise Refused(_unreadable(character), start + offset)


def _check_nesting(words: list[tuple[str, int]]) -> None:
    opened: list[int] = []
    cases = signs = 0
    for word, start in words:
        cases += (word == "CASE") - (word == "END")
        signs = signs + 1 if word in ("+", "-") else 0
        if word == "(":
            opened.append(start)
        elif word == ")":
            if not opened:
                raise Refused("this parenthesis closes nothing", start)
            opened.pop()
        if max(len(opened), cases, signs) > MAX_NESTING:
            raise Refused(f"more than {MAX_NESTING} levels of nesting are not allowed", start)
    if opened:
        raise Refused("this parenthesis is not closed", opened[-1])


def _check_forms(words: list[tuple[str, int]]) -> None:
    following = [word for word, _ in words[1:]] + ["", ""]
    for (word, start), first, second in zip(words, following, following[1:], strict=False):
        # DuckDB copies the operand of CASE into every WHEN: nested, the copies fill the memory
        if word == "CASE" and first != "WHEN" and second != "WHEN":
            raise Refused("CASE takes WHEN, or one column and then WHEN", start)
        # without the parentheses DuckDB reads a search for text inside a text
        if word == "IN" and first != "(":
            raise Refused("IN takes a list in parentheses", start)


def _unreadable(character: str) -> str:
    if character in "'\"":
        return "this quote is not closed"
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    return f"the character {character!r} ({name}) is not allowed here"
