"""SPSS: single answers as .sav, with labels, missing values and levels of measurement."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from surveys.export.delimited import plain
from surveys.export.microdata import ABOUT, Microdata, Variable
from surveys.export.tables import ExportError
from translations.catalogs import Texts

MOST_ROWS = 500_000  # the file is made in memory
LONGEST_LABEL = 120  # bytes of the label of a value, which SPSS would cut in mid-letter
LONGEST_TEXT = 255  # bytes of the label of a variable


def sav(data: Microdata, texts: Texts, mark: str = "") -> bytes:
    """Return single answers as .sav, in codes with the labels of a reader.

    ``mark`` stands before its title and as its note, such as that the answers are made up.

    Raise ExportError where there are more than can be made in memory.
    """
    import pandas as pd  # noqa: PLC0415  both take half a second, and nothing else needs them
    import pyreadstat  # noqa: PLC0415

    if len(data.spool) > MOST_ROWS:
        raise ExportError(
            f"A file for SPSS is made in memory, for {MOST_ROWS:,} responses at most; take CSV."
        )
    frame = pd.DataFrame(data.rows(), columns=list(data.columns))
    answers = [each.name for each in data.variables]
    frame = frame.astype(dict.fromkeys(answers, "float64"))
    if frame.empty:  # a column of texts has a width
        frame = frame.astype(dict.fromkeys(("id", *ABOUT), "str"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "microdata.sav"
        pyreadstat.write_sav(
            frame,
            path,
            file_label=_cut(f"{mark} philos {data.campaign} {data.survey}".strip(), 60),
            note=mark or None,
            column_labels={
                each.name: _cut(each.label(texts), LONGEST_TEXT) for each in data.variables
            },
            variable_value_labels={each.name: _values(each, texts) for each in data.variables},
            missing_ranges={each.name: missing_ranges(each) for each in data.variables},
            variable_measure={
                **dict.fromkeys(("id", *ABOUT), "nominal"),
                **{each.name: each.measure for each in data.variables},
            },
            variable_format=dict.fromkeys(answers, "F8.0"),
        )
        return path.read_bytes()


def _values(variable: Variable, texts: Texts) -> dict[int | float, str]:
    return {float(code): _cut(text, LONGEST_LABEL) for code, text in variable.values(texts).items()}


def missing_ranges(variable: Variable) -> list[Any]:
    """Return the missing codes as SPSS can tell them: as one range, if no answer lies in it.

    Else philos's own are a range, and the first of the survey's is one value beside it; the others
    are told by their labels alone.
    """
    missing = sorted(variable.missing)
    answers = variable.item.offered.keys() - set(missing)
    if not any(missing[0] < code < missing[-1] for code in answers):
        return [{"lo": missing[0], "hi": missing[-1]}]
    own = missing[-2:]
    return [{"lo": own[0], "hi": own[1]}, missing[0]]


def _cut(text: str, longest: int) -> str:
    """Return a text of so many bytes at most, and of whole letters."""
    return plain(text).encode()[:longest].decode(errors="ignore")
