"""What befell a place, as an adjective sums it up: "the fallen city", "the besieged town"."""

from __future__ import annotations

from mapper.text.lexicon import word_class

_LOST, _BESIEGED = word_class("lost"), word_class("besieged")


def tells_fate(adjective: str) -> bool:
    """Tell whether an adjective says that a place fell or is besieged."""
    return adjective in _LOST or adjective in _BESIEGED


def same_fate(word: str, adjective: str) -> bool:
    """Tell whether a word tells of the fate that an adjective sums up."""
    for fate in (_LOST, _BESIEGED):
        if adjective in fate:
            return word in fate
    return adjective.endswith(("ed", "ing")) and len(word) > 3 and word[:4] == adjective[:4]
