"""Read the word lists in `mapper/resources` and take the endings off English words."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

_VOWELS = "aeiou"


@lru_cache(maxsize=16)
def read_table(name: str) -> tuple[tuple[str, ...], ...]:
    """
    Return the rows of a tab-separated word list, without comments and empty lines.

    Examples
    --------
    >>> read_table("nations.tsv")[1]
    ('Afghanistan', 'Afghan', 'Kabul', 'AF', 'ANA,ANSF,ANDSF')
    """
    text = files("mapper.resources").joinpath(name).read_text(encoding="utf-8")
    lines = (line.rstrip("\n") for line in text.splitlines())
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=64)
def word_set(name: str) -> frozenset[str]:
    """
    Return a set of `resources/clauses.tsv` by its name.

    Raises
    ------
    KeyError
        If the file has no such row.

    Examples
    --------
    >>> "from" in word_set("roles.from")
    True
    """
    rows = {row[0]: row[1] for row in read_table("clauses.tsv")}
    return frozenset(rows[name].split(","))


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """
    Return an English noun in lower case without its plural ending or possessive.

    Irregular plurals are left as they are: the word lists hold them.

    Examples
    --------
    >>> singular("Militias"), singular("companies"), singular("forces"), singular("assault's")
    ('militia', 'company', 'force', 'assault')
    >>> singular("press"), singular("")
    ('press', '')
    """
    low = re.sub("['\u2019]s?$", "", word.lower())
    if len(low) > 4 and low.endswith("ies"):
        return low[:-3] + "y"
    if low.endswith(("sses", "ches", "shes", "xes")):
        return low[:-2]
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def verb_forms(base: str) -> set[str]:
    """
    Return the regular forms of an English verb, doubled and undoubled consonants both.

    Examples
    --------
    >>> sorted(verb_forms("shell"))
    ['shell', 'shelled', 'shelling', 'shells']
    >>> "occupied" in verb_forms("occupy"), "repelled" in verb_forms("repel")
    (True, True)
    """
    forms = {base, base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")}
    if base.endswith("e"):
        forms |= {base + "d", base[:-1] + "ing"}
    elif base.endswith("y") and base[-2:-1] not in _VOWELS:
        forms |= {base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    else:
        forms |= {base + "ed", base + "ing"}
        if (
            len(base) > 2
            and base[-1] not in _VOWELS + "wxyl"
            and base[-2] in _VOWELS
            and base[-3] not in _VOWELS
        ):
            forms |= {base + base[-1] + "ed", base + base[-1] + "ing"}
        elif base.endswith(("el", "ol", "il", "al")) and base[-3:-2] not in _VOWELS:
            forms |= {base + "led", base + "ling"}
    return forms
