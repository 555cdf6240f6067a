"""Which words are chosen, the source aside from `novel_words`."""

from __future__ import annotations

import re

from profile_core.factors.rules.base import NOT_APPLICABLE, Finding, Reading, Rule

_VOWEL_GROUP = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœ]++")
_PAST_LATIN = "\u0250"
_MEMO_LIMIT = 1 << 16
_MEMO_LONGEST = 40


def _novel_words(reading: Reading) -> Finding:
    """Return the share of content words that neither source nor, without one, prompt has."""
    background = reading.background
    known = background.source_keys if background.source_text else background.prompt_keys
    keys = reading.keys
    content = len(keys) - keys.count("")
    if not content or not known:
        return NOT_APPLICABLE
    new = set(keys) - known - {""}
    novel = [place for place, key in enumerate(keys) if key in new]
    return len(novel) / content, reading.at_words(novel)


def _type_token_ratio(reading: Reading) -> Finding:
    if not reading.lower:
        return NOT_APPLICABLE
    return len(reading.vocabulary) / len(reading.lower), None


def _readability(reading: Reading) -> Finding:
    """Return Flesch's reading ease (1948), syllables counted by groups of vowel letters."""
    syllables = list(map(_SYLLABLES.__getitem__, reading.lower))
    count = len(syllables) - syllables.count(0)
    if not count or 2 * count < len(syllables):
        return NOT_APPLICABLE
    sentences = max(1, len(reading.sentences))
    return 206.835 - 1.015 * count / sentences - 84.6 * sum(syllables) / count, None


class _Syllables(dict[str, int]):
    """Syllables by word, 0 for what is no Latin word; bounded in entries and in length."""

    def __missing__(self, word: str) -> int:
        count = _syllables(word)
        if len(word) <= _MEMO_LONGEST:
            if len(self) >= _MEMO_LIMIT:
                self.clear()
            self[word] = count
        return count


_SYLLABLES = _Syllables()


def _syllables(word: str) -> int:
    if word[0] >= _PAST_LATIN or word[0].isdecimal():
        return 0
    word = word.removesuffix("'s")
    count = len(_VOWEL_GROUP.findall(word))
    silent_e = word.endswith("e") and not word.endswith(("le", "ee", "oe", "ye", "ie", "ue"))
    silent_ed = word.endswith("ed") and not word.endswith(("ted", "ded", "eed", "ied"))
    return max(1, count - (silent_e or silent_ed))


RULES = (
    Rule("novel_words", 1, _novel_words),
    Rule("type_token_ratio", 1, _type_token_ratio),
    Rule("readability", 1, _readability),
)
