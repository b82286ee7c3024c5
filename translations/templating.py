"""How a Jinja environment gets its texts: the same settings for printed matter and for pages."""

from typing import cast

from jinja2 import Environment, pass_context
from jinja2.ext import InternationalizationExtension
from jinja2.runtime import Context

from translations.catalogs import Texts
from translations.markup import figures, foreign, ltr, with_row


def install(environment: Environment) -> None:
    """Let an environment's ``{% trans %}`` read from the variable ``texts`` of each rendering."""
    environment.add_extension(InternationalizationExtension)
    environment.policies["ext.i18n.trimmed"] = True  # as in babel.cfg, else texts stay German
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=pass_context(lambda context, *said: _texts(context).gettext(*said)),
        ngettext=pass_context(lambda context, *said: _texts(context).ngettext(*said)),
        pgettext=pass_context(lambda context, *said: _texts(context).pgettext(*said)),
        npgettext=pass_context(lambda context, *said: _texts(context).npgettext(*said)),
        newstyle=True,
    )
    environment.globals |= {
        "ltr": ltr,
        "figures": figures,
        "foreign": foreign,
        "with_row": with_row,
    }


def _texts(context: Context) -> Texts:
    return cast("Texts", context["texts"])
