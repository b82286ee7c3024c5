"""The web application of one campaign."""

import gc

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from materials.blanks import require_controller
from materials.campaign import load
from surveys.storage import Storage
from translations.templating import install
from webapp import (
    account,
    api,
    audit,
    auth,
    entry,
    exporting,
    factors,
    notices,
    overview,
    printing,
    problems,
    public,
    recordings,
    respond,
    results,
    second_factor,
    security,
    service,
    texts,
    users,
)
from webapp.clock import Clock, now
from webapp.config import Settings, from_environment
from webapp.quiet import Quiet
from webapp.shortcut import Shortcut

_PARTS = (
    *(respond, notices, public, recordings, problems),
    *(auth, second_factor, account, factors, users, audit),
    *(overview, results, texts, entry, printing, exporting, api),
)


def create_app(settings: Settings | None = None, clock: Clock = now) -> Flask:
    """Return the web application of a campaign whose sheets and surveys are published.

    Raise StorageError where the database is not ready, DocumentError where the campaign is not.
    """
    settings = settings or from_environment()
    campaign = load(settings.folder)
    require_controller(campaign)
    app = Quiet(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_NAME="__Host-philos",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=16_384,  # bytes; an answer is a few
        MAX_FORM_PARTS=20,
    )
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    install(app.jinja_env)
    storage = Storage(settings.database_url, settings.secret)
    storage.require_current()
    serving = service.Service(settings, campaign, storage, clock)
    service.init_app(app, serving)
    app.wsgi_app = Shortcut(app, serving)  # type: ignore[assignment, method-assign]
    if settings.proxies:  # without any, what X-Forwarded-For says is anybody's word
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies
        )
    security.init_app(app)
    auth.init_app(app)
    for part in _PARTS:
        app.register_blueprint(part.pages)
    return app


def worker() -> Flask:
    """Return the application for a process that does nothing else, ready for many at once.

    What is there from the start stays until the end: the collector of garbage need not look at it
    again and again.
    """
    app = create_app()
    app.extensions["philos"].prepare()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
    return app
