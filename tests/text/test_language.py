"""English is told from other languages; what is too short to tell is left to the reader."""

import pytest

from mapper.text.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Rebels left the town on Friday and the army was seen at its gate.", "en"),
        ("BREAKING: shelling near Bakhmut, 3 hurt, says the mayor of the town", "en"),
        ("The paper Le Monde said that la Légion de la Mer had left the port of Toulon for the coast.", "en"),
        ("The army left Al Salieih for Al Roihana. Jets hit Al Marj, Al Abyar, Al Khums and Al Bayda.", "en"),
        ("The army is in al-Bab, al-Rai, al-Shaddadi, al-Hol and al-Mayadin, and al-Hajin is calm.", "en"),
        (
            "Al Jazeera dice que Al Asad dejó al ejército las casas de la ciudad y que se fue con los suyos.",
            "es",
        ),
        ("Die Armee hat die Stadt verlassen und steht nun mit den Panzern vor dem Tor.", "de"),
        ("El ejército abandonó la ciudad y los vecinos volvieron a sus casas con las familias.", "es"),
        ("L'esercito ha lasciato la città e gli abitanti sono tornati nelle case con le famiglie.", "it"),
        ("Wojska nie opuściły miasta, ale jest spokojnie, jak się okazało po południu, na rynku.", "pl"),
        ("Ordu şehri terk etti ve halk bir gün sonra evlerine döndü, daha sonra ise pazar için geldi.", "tr"),
        ("غادر الجيش المدينة وعاد السكان", "ar"),
        ("ارتش شهر را ترک کرد و مردم پس از چند روز به خانه برگشتند", "fa"),
        ("Війська залишили місто, і люди повернулися додому.", "uk"),
        ("軍は町を離れ、住民が戻った。", "ja"),
        ("军队离开了城市。", "zh"),
        ("Ras Lanuf, Brega, Ajdabiya", ""),
        ("", ""),
        ("1234 !!", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language
