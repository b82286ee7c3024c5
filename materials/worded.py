"""What a comparison says in words, for a reader: the macros of ``wording/results.jinja``."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from materials.library import environment
from materials.pictures import COLOURS, LOOKS, number_formats
from surveys.comparison import CAVEAT, MADE_UP, Comparison, Group
from translations import numbers
from translations.catalogs import Texts
from translations.markup import apart, figures


def context(texts: Texts, waves: Mapping[str, str]) -> dict[str, Any]:
    """Return what templates need that word results; ``waves`` has the names of waves."""
    shown = number_formats(texts.language, figures)
    drawn = {"looks": LOOKS, "colours": COLOURS}
    said = {"CAVEAT": CAVEAT, "MADE_UP": MADE_UP, "add_up": numbers.add_up}
    return {"texts": texts, "waves": waves, "apart": apart, **said, **shown, **drawn}


def worded(texts: Texts, waves: Mapping[str, str]) -> Any:
    """Return the macros that word results."""
    template = environment().get_template("wording/results.jinja")
    return template.make_module(context(texts, waves))


def plain(said: Markup) -> str:
    """Return what a macro said without markup, for a picture, which isolates names itself."""
    return str(said.striptags()).strip("\u2068\u2069")


def plain_name(say: Any, comparison: Comparison, group: Group) -> str:
    """Return the name of a group without markup."""
    return plain(say.group_name(comparison.by, group.id, group.name))
