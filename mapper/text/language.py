"""The language of a text, as far as it decides whether the text can be read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

# The beginning says it; the whole of a long text costs time and may quote others.
_CHARS = 5_000
_MOST_OF_LETTERS = 0.5
# A text must use this many function words, and this many times those of English, to be foreign: headlines
# and lists of names have few of any language, and English quotes foreign names with their "la" and "de".
_LEAST_WORDS = 5
_TIMES_ENGLISH = 1.5
# Frequent function words of languages written in Latin letters. Words that English has too ("a", "in",
# "on") say little and are mostly left out.
_WORDS = {
    "en": "the of and to was is that for with as by at from has had were are been his they said which not "
    "their it be have this who but he she its after would will",
    "fr": "le la les des du et est une un dans pour que qui sur au aux avec par plus pas ce ces ont été sont",
    "de": "der die das und den von zu mit dem des ist im nicht ein eine auf für sich wurde nach bei auch",
    "es": "el la los las de del y en que una un por con para se su al es lo como más fue han sus",
    "it": "il la di che e un una del della per con nel alla le gli dei sono è al da delle si anche non",
    "pt": "o a os as de do da dos das e em que um uma para com não por no na se mais ao foi são",
    "nl": "de het een van en dat op voor met zijn te door niet aan bij ook naar uit werd deze",
    "pl": "na się do nie że jest przez od po za dla oraz jak które był są",
    "cs": "v na je se že s z do pro za jsou při jako po který byl ale podle také",
    "ro": "de la și în din cu pe care o este un pentru a au fost mai nu prin",
    "sv": "och att det som en på är av för med till den har inte om ett från var de",
    "da": "og at det er en på af til for med den der ikke har som de et fra blev",
    "fi": "ja on ei että se oli hän mutta kuin myös ovat joka sekä mukaan",
    "hu": "a az és hogy nem is egy volt meg csak már még mint vagy",
    "tr": "ve bir bu da de için ile olarak olan daha çok gibi sonra kadar en ise",
    "id": "yang dan di dengan untuk dari pada ini itu dalam tidak akan oleh juga telah",
    "sw": "ya na wa kwa ni katika za la kuwa cha hii hiyo watu pia kama",
    "so": "iyo oo ka ku ee la waa in uu ay si ayaa soo kale",
    "vi": "và của là có trong được cho không những các một với người này",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SCRIPTS = {
    "ARABIC": "ar", "CYRILLIC": "ru", "HEBREW": "he", "GREEK": "el", "CJK": "zh", "HIRAGANA": "zh",
    "KATAKANA": "zh", "HANGUL": "ko", "DEVANAGARI": "hi", "BENGALI": "bn", "THAI": "th", "ETHIOPIC": "am",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "MYANMAR": "my", "TAMIL": "ta", "KHMER": "km", "SYRIAC": "syr",
}  # fmt: skip
# Letters that a neighbour with the same script lacks.
_TELLING = (("ar", "fa", "پچژگ"), ("ru", "uk", "іїєґ"), ("zh", "ja", "のはをにが"))
_WORD = re.compile(r"[^\W\d_]+")
# Words of a name before another of it: the "Al" of "Al Qawarishah" and the "el" of "Tell el-Far" are no words
# of Spanish, however often an English report writes them.
_IN_NAME = re.compile(r"\b(?:[A-ZÀ-Þ][^\W\d_]*+ |[^\W\d_]++-)(?=[A-ZÀ-Þ])")


def language_of(text: str) -> str:
    """
    Return the ISO 639-1 code of the language of `text`, "" where there is too little to tell.

    Decided by script, and in Latin letters by function words; made to tell English from the rest.

    Examples
    --------
    >>> language_of("The army left the town and was seen at the gate of the next by noon.")
    'en'
    >>> language_of("L'armée a quitté la ville et les habitants sont revenus dans le centre avec des vivres.")
    'fr'
    >>> language_of("Войска покинули город."), language_of("Ras Lanuf")
    ('ru', '')
    """
    beginning = text[:_CHARS]
    written: Counter[str] = Counter()
    for letter, count in Counter(beginning).items():
        if letter.isalpha():
            written[_SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], "")] += count
    letters = written.total()
    for language, count in written.most_common(1):
        if language and count > _MOST_OF_LETTERS * letters:
            return _neighbour(language, beginning, letters)
    words = Counter(word.lower() for word in _WORD.findall(_IN_NAME.sub(" ", beginning)))
    used = {name: sum(words[word] for word in known) for name, known in _LANGUAGES.items()}
    best = max(used, key=lambda name: used[name])
    if used[best] < _LEAST_WORDS or best == "en":
        return "en" if best == "en" and used[best] else ""
    return best if used[best] > _TIMES_ENGLISH * used["en"] else "en"


def _neighbour(language: str, text: str, letters: int) -> str:
    for one, other, telling in _TELLING:
        if language == one and sum(map(text.count, telling)) > 0.01 * letters:
            return other
    return language
