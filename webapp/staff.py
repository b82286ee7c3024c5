"""What every page of the coordinators shares: its language, its styles, its frame."""

from flask import current_app, render_template, request, session

from translations.catalogs import Texts, usable
from webapp.i18n import chosen
from webapp.security import stylesheet
from webapp.service import service


def show(name: str, **context: object) -> str:
    """Return a page in the language that was chosen last, else in the browser's."""
    offered = usable("staff")
    if wish := request.args.get("language"):
        session["language"] = wish
    row = chosen(offered, session.get("language"))
    asked = service().texts(row)
    answering = current_app.jinja_env.get_template("respond/answering.jinja")
    return render_template(
        f"staff/{name}.jinja",
        texts=Texts(row, domain="staff"),
        asked=asked,
        words=answering.make_module({"texts": asked}),
        stylesheet=stylesheet("staff"),
        campaign=service().campaign,
        demo=service().settings.demo,
        languages=offered,
        **context,
    )
