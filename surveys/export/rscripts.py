"""R: a script that reads the CSV of single answers and gives it labels. It needs no package."""

from collections.abc import Iterable

from surveys.export.microdata import Microdata, Variable
from translations.catalogs import Texts

_HEAD = """\
# Single answers of a survey, read from microdata.csv in the same folder. R 3.5 or newer.
# Each question becomes a factor of the answers on its scale. An answer beside the scale, and why
# there is none, stand in a second factor with ".beside" behind its name; NA in both is somebody who
# had stopped before.
# The answers are of those who chose to answer: they say nothing about all residents.

d <- read.csv("microdata.csv", fileEncoding = "UTF-8-BOM", check.names = FALSE,
              stringsAsFactors = FALSE, na.strings = "")

label <- function(data, name, text, codes, labels, beside, reasons, ordered) {
  x <- data[[name]]
  other <- factor(x, levels = beside, labels = reasons)
  data[[name]] <- factor(x, levels = codes, labels = labels, ordered = ordered)
  attr(data[[name]], "label") <- text
  data[[paste0(name, ".beside")]] <- other
  data
}

"""
_WEIGHTS = """
# Weights: philos weights by %s. With a table of who lives in the district,
# the package `survey` does the same:
#   known <- d[!is.na(d$%s), ]
#   design <- survey::rake(survey::svydesign(ids = ~1, weights = ~1, data = known),
#                          list(%s), list(%s))
"""


def script(data: Microdata, texts: Texts, mark: str = "") -> bytes:
    """Return the script for an export in codes, with the labels of a reader.

    It warns with the ``mark``, such as that the answers are made up.
    """
    lines = [_labelled(each, texts) for each in data.variables]
    names = [each.name for each in data.variables if each.item.id in data.versions[0].weight_by]
    weights = ""
    if names:
        weights = _WEIGHTS % (
            " and ".join(names),
            "), ]; known <- known[!is.na(known$".join(names),
            ", ".join(f"~{name}" for name in names),
            ", ".join(f"people_by_{name}" for name in names),
        )
    warning = f"warning({quoted(mark)}, call. = FALSE)\n\n" if mark else ""
    return (warning + _HEAD + "".join(lines) + weights).encode("ascii")


def _labelled(variable: Variable, texts: Texts) -> str:
    values, codes = variable.values(texts), variable.scale
    beside = [code for code in values if code not in codes]
    return (
        f"d <- label(d, {quoted(variable.name)}, {quoted(variable.label(texts))},\n"
        f"  {_numbers(codes)},\n  {_texts(values[code] for code in codes)},\n"
        f"  {_numbers(beside)},\n  {_texts(values[code] for code in beside)},\n"
        f"  {'FALSE' if variable.measure == 'nominal' else 'TRUE'})\n"
    )


def _numbers(codes: Iterable[int]) -> str:
    return f"c({', '.join(map(str, codes))})"


def _texts(texts: Iterable[str]) -> str:
    return f"c({', '.join(map(quoted, texts))})"


def quoted(text: str) -> str:
    """Return a text as R reads it, in ASCII alone, whatever the system's encoding is."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if " " <= letter <= "~":
        return letter
    if letter == "\x00" or "\ud800" <= letter <= "\udfff":  # R has neither
        return ""
    return f"\\U{{{ord(letter):x}}}"
