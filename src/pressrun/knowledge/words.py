"""The words of a question that are worth looking for."""

import re

MOST_WORDS = 16
"""More of them say nothing more of what is meant."""

LONGEST_WORD = 60

_WORD = re.compile(r"[^\W_]+")

_EMPTY = """
    a about above after again against all also am an and any are as at be because been before being below between both
    but by can cannot could did do does doing don down during each few for from further had has have having he her here
    hers herself him himself his how i if in into is it its itself just let may me might more most must my myself no nor
    not now of off on once only or other our ours ourselves out over own please same she should so some such tell than
    that the their theirs them themselves then there these they this those through to too under until up us very was we
    were what when where which while who whom whose why will with would you your yours yourself yourselves shall upon
    s t d ll m re ve
"""
EMPTY = frozenset(_EMPTY.split())
"""Words that stand in every text."""


def words_of(question: str) -> list[str]:
    """The words, each once, in order, MOST_WORDS at most; those that stand everywhere only if there are no others."""
    every = dict.fromkeys(word for word in _WORD.findall(question.lower()) if len(word) <= LONGEST_WORD)
    telling = [word for word in every if word not in EMPTY and (len(word) > 1 or not word.isascii() or word.isdigit())]
    return (telling or list(every))[:MOST_WORDS]
