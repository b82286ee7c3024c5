"""What every page of the coordinators shares: its language, its styles, its frame."""

from dataclasses import dataclass
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import current_app, render_template, request, session

from materials.pictures import component, words
from translations.catalogs import Texts, usable
from translations.languages import Language
from translations.markup import N_
from webapp.i18n import chosen
from webapp.roles import ROLE_NAMES, Role
from webapp.security import picture_styles, script, stylesheet
from webapp.service import service


@dataclass(frozen=True, kw_only=True)
class Area:
    """An entry of the navigation: where it leads, its label, and the role that sees it."""

    endpoint: str
    label: str
    role: Role

    @property
    def blueprint(self) -> str:
        """Return the blueprint, all of whose pages belong to this area."""
        return self.endpoint.partition(".")[0]


AREAS = (
    Area(endpoint="overview.overview", label=N_("Überblick"), role=Role.VIEWER),
    Area(endpoint="results.results", label=N_("Ergebnisse"), role=Role.VIEWER),
    Area(endpoint="exporting.exporting", label=N_("Herunterladen"), role=Role.VIEWER),
    Area(endpoint="printing.gallery", label=N_("Material"), role=Role.COORDINATOR),
    Area(endpoint="entry.entry", label=N_("Papierbögen"), role=Role.COORDINATOR),
    Area(endpoint="texts.queue", label=N_("Texte"), role=Role.COORDINATOR),
    Area(endpoint="users.users", label=N_("Konten"), role=Role.ADMIN),
    Area(endpoint="log.log", label=N_("Protokoll"), role=Role.ADMIN),
    Area(endpoint="account.account", label=N_("Mein Konto"), role=Role.VIEWER),
)


def reader() -> Language:
    """Return the language that was chosen last, else the browser's."""
    if wish := request.args.get("language"):
        session["language"] = wish
    return chosen(usable("staff"), session.get("language"))


def _in(row: Language) -> str:
    """Return the address of this page in another language."""
    said = [pair for pair in request.args.items(multi=True) if pair[0] != "language"]
    return f"?{urlencode([*said, ('language', row.tag)])}"


def show(name: str, **context: object) -> str:
    """Return a page in the language of its reader."""
    row = reader()
    asked = service().texts(row)
    answering = current_app.jinja_env.get_template("respond/answering.jinja")
    return render_template(
        f"staff/{name}.jinja",
        texts=Texts(row, domain="staff"),
        asked=asked,
        words=answering.make_module({"texts": asked}),
        picture=component(asked),
        answers=lambda item: words(item, asked),
        stylesheet=stylesheet("staff"),
        picture_styles=picture_styles,
        campaign=service().campaign,
        demo=service().settings.demo,
        languages=usable("staff") if _can_be_opened() else (),
        in_language=_in,
        areas=AREAS,
        script=script,
        role_names=ROLE_NAMES,
        decimal=format_decimal,
        **context,
    )


def _can_be_opened() -> bool:
    """Return whether the present address has a page of its own, or only takes forms.

    What an address shows that only takes forms cannot be asked for again in another language.
    """
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(request.path, "GET")
