"""Which spelling of a place the map shows: the one that its readers met most often in the reports.

Gazetteers write "Al Burayqah" where reports write "Brega". The gazetteer's name stays in the card, the
tables and wherever the reports' own spelling is a slip.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import pandas as pd

from mapper.render.columns import has_text

# Ways in which a spelling matches that are no name of the place: a slip, a part of a name, a citizen.
_NO_NAMES = ("misspelt", "looser", "inner", "prefix", "demonym", "abbreviation")
_ROLES = ("literal", "associative")


class Spelling:
    """
    The shown name of each place.

    Parameters
    ----------
    places
        The toponyms of the reports with the places they were resolved to.

    Examples
    --------
    >>> told = [("Brega", "name"), ("Brega", "alternate"), ("Breqa", "misspelt"), ("BREGA", "name")]
    >>> row = {"place_id": "ly:1", "place": "Al Burayqah", "role": "literal"}
    >>> spelling = Spelling(pd.DataFrame([row | {"toponym": t, "matched": m} for t, m in told]))
    >>> spelling.of("Al Burayqah", "ly:1"), spelling.of("Al Burayqah"), spelling.of("Sirte", "ly:2")
    ('Brega', 'Brega', 'Sirte')
    """

    def __init__(self, places: pd.DataFrame) -> None:
        told: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        named = has_text(places["place_id"]) & places["role"].isin(_ROLES)
        columns = ["place_id", "place", "toponym"]
        names = places.loc[named & ~places["matched"].isin(_NO_NAMES), columns]
        counted = names.groupby(columns, observed=True).size().reset_index(name="count")
        for key, name, toponym, count in counted.itertuples(index=False):
            told[str(key), str(name)][" ".join(str(toponym).split())] += int(count)
        self._by_id = {key: _most_used(name, spellings) for (key, name), spellings in told.items()}
        by_name: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for (key, name), spellings in told.items():
            by_name[name].append((spellings.total(), self._by_id[key]))
        self._by_name = {name: max(found)[1] for name, found in by_name.items()}

    def of(self, name: object, key: object = "") -> str:
        """Return the shown name of a place, given its name and, where known, its id in the gazetteer."""
        if not isinstance(name, str):
            return ""
        shown = self._by_id.get(key) if isinstance(key, str) else None
        return shown or self._by_name.get(name, name)


def _most_used(name: str, spellings: Mapping[str, int]) -> str:
    """Return the spelling used most, that of the gazetteer among equals; a shouted one counts as the calm."""
    calm = {s.casefold(): s for s in (*spellings, name) if len(s) < 4 or not s.isupper()}
    total: Counter[str] = Counter()
    for spelling, count in spellings.items():
        shown = calm.get(spelling.casefold(), spelling.title()) if spelling.isupper() else spelling
        total[shown] += count
    return min(total, key=lambda s: (-total[s], s != name, s))
