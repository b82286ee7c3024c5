import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surveys.redaction import GAP, redacted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Rufen Sie mich an: 0341 1234567.", "Rufen Sie mich an: […]."),
        ("+49 (0)341 / 12 34-567 abends", "[…] abends"),
        ("Tel. 0176-12345678", "Tel. […]"),
        ("Ausweis 12345", "Ausweis […]"),
        ("رقمي ٠١٧٦١٢٣٤٥٦٧٨ اتصلوا بي", "رقمي […] اتصلوا بي"),
        ("رقمي ٠١٧٦ ١٢٣ ٤٥٦", "رقمي […]"),
        ("numaram 0532 123 45 67", "numaram […]"),
        ("мой номер 8 (912) 345-67-89!", "мой номер […]!"),
        ("miro numero si 0176 555 123", "miro numero si […]"),
        ("anna.meier@example.org schreibt", "[…] schreibt"),
        ("anna (at) example.org", "[…]"),
        ("пишите: анна@почта.рф", "пишите: […]"),
        ("https://example.org/a?b=c und www.example.net/x", "[…] und […]"),
        ("siehe facebook.com/anna.m", "siehe […]"),
        ("ich bin @anna_m auf Insta", "ich bin […] auf Insta"),
        ("DE89 3704 0044 0532 0130 00 bitte", "[…] bitte"),
        ("tr330006100519786457841326", "[…]"),
        ("Ich wohne in der Eisenbahnstraße 12a.", "Ich wohne in der […]."),
        ("eisenbahnstr. 12-14, 2. Stock", "[…], 2. Stock"),
        ("Rosa-Luxemburg-Straße 7 hinten", "[…] hinten"),
        ("Torgauer Platz 3", "[…]"),
        ("Wurzner Str. Nr. 5", "[…]"),
        ("Köhlerplatz 4", "[…]"),
        ("Straße der Nationen 4", "[…]"),
        ("I live at 12 Baker Street", "I live at […]"),
        ("Gül Sokak No: 5 çok karanlık", "[…] çok karanlık"),
        ("Atatürk Caddesi 12", "[…]"),
        ("на улице Ленина, д. 5 темно", "на […] темно"),
        ("ул. Ленина 5", "[…]"),
        ("me bešav ando Eisenbahnstraße 12", "me bešav ando […]"),
        ("أسكن في شارع الحرية ١٢", "أسكن في […]"),
        ("شارع الحرية رقم 12 مظلم", "[…] مظلم"),
    ],
)
def test_what_could_tell_who_somebody_is_is_taken_out(text: str, kept: str) -> None:
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Seit 3 Jahren ist es schlimm. Haus 4, 2 bis 3 Uhr.",
        "20:00-22:00 Uhr, 50 - 100 Leute, 100 %",
        "Mehr Licht! z.B. am Rabet, 1. Mai 2026",
        "Auf dem Schulweg 10 Minuten Angst",
        "In der Straße sind 3 Lampen kaputt",
        "Auf dem Platz 4 Männer mit Hund",
        "Die Eisenbahnstraße ist laut. 2026 war es besser.",
        "16 Jahre alt, 2 Kinder",
        "Linie 3 und Bus 70",
        "Parkda 5 kişi vardı, saat 22 gibi",
        "На улице стоят 3 человека, в 22 часа",
        "в 2026 году, 10 минут",
        "منذ ٣ سنوات، الساعة ١٠ مساء",
        "في شارع مظلم ٣ مرات",
        "But berš, 3 džene, ratjako 10",
        "treffen uns @ 8",
        "Nein.Die Polizei kommt nicht.",
        GAP,
        "",
    ],
)
def test_what_tells_nobody_stays(text: str) -> None:
    assert redacted(text) == text


PIECES = ["+49", "(0)", *" -/.@[]", "12", "٣٤", "a.de", "Straße", "ул.", "No"]
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text("0123456789٠١٢٣٤٥٦٧٨٩+-/() @.aß[]", max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
)


@given(TEXTS)
@example("12345@67890.de12345")
def test_nothing_is_left_to_take_out(text: str) -> None:
    once = redacted(text)
    assert not re.search(r"\d{5,}", once)
    assert redacted(once) == once
    assert len(once) <= len(text)


@pytest.mark.parametrize(
    "text", ["a-" * 150, "A" * 300, "A." * 150, "a@" * 150, "DE12" * 75, "A " * 150, "1 " * 150]
)
def test_no_text_keeps_it_busy(text: str) -> None:
    begun = time.process_time()
    redacted(text)
    assert time.process_time() - begun < 0.1
