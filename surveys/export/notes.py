"""What must be known to read an export: a sheet of each workbook, a file of each ZIP."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from surveys.disclosure import SMALLEST_COUNT
from surveys.export.microdata import Microdata
from surveys.export.tables import HIDDEN, Table
from surveys.release import Release
from translations.catalogs import Texts
from translations.markup import N_

Line = tuple[str, str]  # what it is about, and a sentence

_HIDDEN = N_(
    "Verborgen, damit niemand erkannt werden kann. Eine leere Zelle heißt: diese Zahl gibt es "
    "nicht."
)
_FILE = N_(
    "CSV nach RFC 4180: Kommas, CRLF, UTF-8 mit Kennung, Dezimalpunkt. Deutsches Excel erwartet "
    "Strichpunkte: Nehmen Sie dort die Arbeitsmappe. Vor einem Text, den eine "
    "Tabellenkalkulation für eine Formel hielte, steht ein Apostroph."
)
RESULTS: Mapping[str, str] = MappingProxyType(
    {
        "campaign, wave, survey, version": N_(
            "Kennungen der Kampagne, der Welle, der Umfrage und ihrer Fassung."
        ),
        "question, row": N_("Kennung der Frage und bei Tabellenfragen der Zeile."),
        "dimension, group": N_(
            "Wonach gegliedert ist, und welche Gruppe; „all“ sind alle zusammen."
        ),
        "measure": N_(
            "Was gezählt ist. „answer“: eine Antwort auf der Skala; „adverse“: die Antworten, die "
            "ein Vergleich zählt, zusammen; „beside“: eine Antwort neben der Skala; „unsaid“: "
            "weiß nicht, keine Angabe, übersprungen; „chosen“: bei mehreren Antworten; „weighted“: "
            "auf die Bevölkerung gewichtet; „without-bursts“: ohne auffällig dichte Antworten; "
            "„pair-…“: was dieselben Menschen auf zwei Fragen sagten."
        ),
        "count, n": N_("Wie viele, und von wie vielen Antworten auf der Skala."),
        "share, low, high": N_("Anteil und Wilson-Intervall zu 95 %, von 0 bis 1."),
        "effective_n": N_("Bei gewichteten Anteilen: so viele ungewichtete wären ebenso genau."),
    }
)
MICRODATA: Mapping[str, str] = MappingProxyType(
    {
        "id": N_("Bei jeder Ausgabe neu gelost, wie auch die Reihenfolge der Zeilen."),
        "version": N_("Fassung der Umfrage."),
        "wave": N_("Welle. Tag und Stunde sind weggelassen."),
        "place, topic, format": N_("Ort, Thema und Form des Blattes, über das die Antwort kam."),
        "language": N_(
            "Sprache; „other“, wo weniger als 20 einer Welle sie haben. Sind das zusammen weniger "
            "als 20 oder nur eine Sprache, so kommen die nächsten dazu."
        ),
        "mode": N_("Im Netz (web) oder auf Papier (paper)."),
        "daylight": N_("Tageslicht zur Zeit der Antwort; leer, wo es nicht bekannt ist."),
        "9001, 9002": N_(
            "9001: nicht gefragt. 9002: übersprungen. Leer: vorher aufgehört. Weitere Codes ohne "
            "Antwort stehen im Codebuch."
        ),
    }
)
_CAREFUL = N_(
    "Das sind Antworten einzelner Menschen. Geben Sie die Datei nicht weiter, legen Sie sie "
    "verschlüsselt ab und löschen Sie sie, wenn die Auswertung fertig ist."
)
_ALONE = N_(
    "%(alone)s von %(people)s Menschen sind in allem, was man von ihnen wissen könnte (Welle, Ort, "
    "Sprache, Blatt, Licht, Alter, Geschlecht), die einzigen; %(few)s teilen es mit weniger als "
    "%(least)s."
)
_TEXTS = N_(
    "Freigegebene Texte stehen für sich, ohne Verbindung zu den übrigen Antworten, nach dem "
    "Alphabet."
)


def on_results(
    releases: Sequence[Release], texts: Texts, cautions: Iterable[str]
) -> Iterator[Line]:
    """Yield what must be known of results; ``cautions`` are what stands beside every figure."""
    for release in releases:
        yield release.wave, f"{release.opens} / {release.closes}, {release.released}"
    yield from (("!", caution) for caution in cautions)
    yield str(HIDDEN.value), texts.find(_HIDDEN).text
    yield from _columns(RESULTS, texts)
    yield "csv", texts.find(_FILE).text


def on_microdata(
    data: Microdata, reason: str, texts: Texts, cautions: Iterable[str]
) -> Iterator[Line]:
    """Yield what must be known of single answers, and for what they were taken out."""
    yield "campaign, survey", f"{data.campaign}, {data.survey}"
    yield "reason", reason
    yield "!", texts.find(_CAREFUL).text
    yield "!", alone(data, texts)
    yield from (("!", caution) for caution in cautions)
    yield from _columns(MICRODATA, texts)
    yield "texts", texts.find(_TEXTS).text
    yield "csv", texts.find(_FILE).text


def alone(data: Microdata, texts: Texts) -> str:
    """Return how many could be told by their surroundings alone."""
    return texts.find(_ALONE).text % (vars(data.risk) | {"least": SMALLEST_COUNT})


def _columns(columns: Mapping[str, str], texts: Texts) -> Iterator[Line]:
    return ((name, texts.find(text).text) for name, text in columns.items())


def sheet(lines: Sequence[Line]) -> Table:
    """Return the notes as a table."""
    return Table(name="notes", columns=("about", "note"), rows=lines)


def readme(title: str, lines: Sequence[Line]) -> bytes:
    """Return the notes as Markdown."""
    told = "\n".join(f"- **{_tame(about)}** {_tame(note)}" for about, note in lines)
    return f"# {_tame(title)}\n\n{told}\n".encode()


def _tame(text: str) -> str:
    return " ".join(text.split())
