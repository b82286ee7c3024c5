import pytest
from markupsafe import Markup

from translations.markup import foreign, met, with_row


@pytest.mark.parametrize(
    ("stem", "row", "together"),
    [
        ("Wie sehr vertrauen Sie …", "… der Polizei?", "Wie sehr vertrauen Sie der Polizei?"),
        ("ما مدى ثقتك في …", "… الشرطة؟", "ما مدى ثقتك في الشرطة؟"),
        ("Ne kadar güveniyorsunuz?", "Polise", "Ne kadar güveniyorsunuz? Polise"),
        ("Wie ist das hier?", "… und dort?", "Wie ist das hier? … und dort?"),
        ("Was denken Sie …", "Müll", "Was denken Sie … Müll"),
    ],
)
def test_a_stem_that_leads_on_and_a_row_that_goes_on_are_one_sentence(
    stem: str, row: str, together: str
) -> None:
    assert " ".join(met(stem, row)) == together


def test_a_text_in_another_language_keeps_its_mark() -> None:
    stem = foreign("Wie sehr vertrauen Sie …", "de", "ltr")
    asked = with_row(stem, Markup("… polise &amp; <b>x</b>?"))
    assert asked == (
        '<span lang="de" dir="ltr">Wie sehr vertrauen Sie</span> <em>polise &amp; <b>x</b>?</em>'
    )
