"""The coordinators' pages about printed matter: a gallery, printing in the background, downloads.

Nothing is printed here: a view asks `webapp.jobs` for `philos print`, and reads what it left.
"""

from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, make_response, redirect, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from materials.gallery import Gallery, picture, read_gallery, state_of, worst_of
from materials.manifest import Part, read_manifest
from materials.sheets import Output, Sheet, matching, questionnaires
from materials.shelves import answers_by_code, shelves
from surveys.disclosure import SMALLEST_BASE, SMALLEST_BASES
from webapp import sessions
from webapp.archive import archive, name_of
from webapp.jobs import DAY, KEPT, PRINTING, Job, Jobs, QueueFullError, Status
from webapp.orders import PaperForm, SheetsForm, unreviewed
from webapp.roles import Role, allowed
from webapp.security import stylesheet, with_pictures
from webapp.service import service
from webapp.staff import show

pages = Blueprint("printing", __name__, url_prefix="/staff/materials")
REFRESH = 2  # seconds between two looks at a job
LATEST = 6  # jobs that the gallery tells of
MOST_AT_ONCE = 600  # sheets on a page
_YEAR = 31_536_000  # seconds


def _jobs() -> Jobs:
    return Jobs(service().settings.folder.resolve())


def _gallery() -> tuple[Gallery | None, Job | None]:
    """Return what is known of the sheets, and the job that looks at them anew where one is due."""
    folder, jobs = service().settings.folder, _jobs()
    known, state = read_gallery(folder), state_of(folder)
    if known and known.state == state:
        return known, None
    try:
        return known, jobs.find(jobs.ask("gallery", [], by="", key=state))
    except QueueFullError:
        return known, None


@pages.get("")
@allowed(Role.COORDINATOR)
def gallery() -> Response:
    """Show the campaign's sheets by topic, and what has become of them."""
    campaign, storage = service().campaign, service().storage
    known, looking = _gallery()
    chosen, found = _chosen(service().sheets)
    out = service().settings.folder / "out"
    page = show(
        "materials",
        style=stylesheet("materials"),
        shelves=shelves(
            found,
            known,
            read_manifest(out),
            answers_by_code(storage.arrivals(campaign.id, wave.id) for wave in campaign.waves),
        ),
        topics=dict.fromkeys(sheet.material.topic for sheet in service().sheets),
        chosen=chosen,
        looking=looking,
        edited=service().is_edited,
        decimal=format_decimal,
        few=SMALLEST_BASE,
        few_of_language=SMALLEST_BASES["language"],
        jobs=[job for job in _jobs().all() if job.asked.command in PRINTING][:LATEST],
        paper=[
            entry
            for entry in read_manifest(out, Part.QUESTIONNAIRES).values()
            if not chosen["topic"]
            and (not chosen["tag"] or entry.get("language") in chosen["tag"])
            and (not chosen["place"] or entry.get("place") in chosen["place"])
        ],
    )
    return with_pictures(make_response(page))


def _chosen(every: list[Sheet]) -> tuple[dict[str, list[str]], list[Sheet]]:
    """Return what the address asks for, and the sheets that are so; of many, those of a topic."""
    chosen = {
        name: [value for value in request.args.getlist(name) if value]
        for name in ("topic", "tag", "place")
    }
    found = matching(every, topics=chosen["topic"], languages=chosen["tag"], places=chosen["place"])
    if len(found) > MOST_AT_ONCE and not chosen["topic"]:
        chosen["topic"] = [found[0].material.topic]
        found = matching(found, topics=chosen["topic"])
    return chosen, found


@pages.get("/previews/<preview>.png")
@allowed(Role.COORDINATOR)
def preview(preview: str) -> Response:
    """Send the picture of an artwork; its name is a hash of what it shows."""
    folder = service().settings.folder.resolve()
    known = {artwork.preview for artwork in read_gallery(folder) or ()} - {""}
    if preview not in known or not picture(folder, preview).is_file():
        abort(404)
    sent = send_file(picture(folder, preview), "image/png", etag=preview)
    sent.headers["Cache-Control"] = f"private, max-age={_YEAR}, immutable"
    return sent


@pages.get("/print")
@allowed(Role.COORDINATOR)
def choose() -> Response:
    """Ask what to print; what the address names is chosen already."""
    said = MultiDict(request.args)
    said.setdefault("output", Output.OFFICE.value)
    found = questionnaires(service().campaign)
    return _form(SheetsForm(said, service().campaign), PaperForm(None, found))


@pages.post("/print")
@allowed(Role.COORDINATOR)
def print_sheets() -> AnyResponse:
    """Print what was chosen, in the background."""
    campaign = service().campaign
    form = SheetsForm(request.form, campaign)
    paper = PaperForm(None, questionnaires(campaign))
    if not form.validate():
        return _form(form, paper, fault="form")
    wanted = form.chosen(service().sheets)
    if not any(output in sheet.outputs for sheet in wanted for output in form.outputs):
        return _form(form, paper, fault="nothing")
    lacking = unreviewed(read_gallery(service().settings.folder), wanted) if form.final.data else []
    if lacking:
        return _form(form, paper, fault="unreviewed", lacking=lacking)
    return _ask("print", form, form, paper)


@pages.post("/paper")
@allowed(Role.COORDINATOR)
def print_paper() -> AnyResponse:
    """Print questionnaires, in the background."""
    campaign = service().campaign
    paper = PaperForm(request.form, questionnaires(campaign))
    form = SheetsForm(MultiDict({"output": Output.OFFICE.value}), campaign)
    if not paper.validate():
        return _form(form, paper, fault="paper")
    return _ask("paper", paper, form, paper)


def _ask(command: str, chosen: SheetsForm | PaperForm, *forms: Any) -> AnyResponse:
    """Ask for a job and go to its page."""
    try:
        name = _jobs().ask(
            command,
            chosen.arguments,
            by=sessions.signed_in().name,
            wishes={key: values for key, values in request.form.lists() if key in chosen.names},
        )
    except QueueFullError:
        return _form(*forms, fault="full", status=503)
    return redirect(url_for(".job", name=name), 303)


def _form(
    form: SheetsForm, paper: PaperForm, *, fault: str = "", status: int = 422, **context: object
) -> Response:
    page = show(
        "print",
        style=stylesheet("materials"),
        form=form,
        paper=paper,
        fault=fault,
        **context,
    )
    return make_response(page, status if fault else 200)


@pages.get("/jobs/<name>")
@allowed(Role.COORDINATOR)
def job(name: str) -> Response:
    """Show how far a job is, again and again until it ends, and what came of it."""
    found = _find(name)
    if found.status is Status.QUEUED:
        _jobs().see_to_it()
    page = make_response(
        show(
            "job",
            style=stylesheet("materials"),
            job=found,
            still="still" in request.args,
            names=[name_of(entry) for entry in found.state.files],
            states=[worst_of(entry["states"]) for entry in found.state.files],
            days=KEPT // DAY,
            ahead=_ahead(found),
        )
    )
    if found.status.open and "still" not in request.args:
        page.headers["Refresh"] = str(REFRESH)
    return page


def _ahead(job: Job) -> int:
    """Return how many jobs come before one that waits."""
    return sum(other.status.open and other.asked.at < job.asked.at for other in _jobs().all())


@pages.post("/jobs/<name>/cancel")
@allowed(Role.COORDINATOR)
def cancel(name: str) -> AnyResponse:
    """Let a job end."""
    _jobs().cancel(_find(name).id)
    return redirect(url_for(".job", name=name), 303)


@pages.get("/jobs/<name>/<int:number>.pdf")
@allowed(Role.COORDINATOR)
def file(name: str, number: int) -> Response:
    """Send one of the files that a job made."""
    found = _find(name)
    path = _jobs().file(found, number)
    if path is None:
        abort(404)
    entry = found.state.files[number]
    sent = send_file(
        path,
        "application/pdf",
        as_attachment="view" not in request.args,
        download_name=name_of(entry),
        etag=entry["sha256"],
    )
    sent.headers["Cache-Control"] = "private, no-cache"
    return sent


@pages.get("/jobs/<name>/all.zip")
@allowed(Role.COORDINATOR)
def everything(name: str) -> Response:
    """Send all files that a job made, with a manifest, piece by piece."""
    found = _find(name)
    if not found.state.files:
        abort(404)
    paths = [_jobs().file(found, number) for number in range(len(found.state.files))]
    sent = Response(
        archive(service().campaign.id, found.state.files, paths), mimetype="application/zip"
    )
    sent.headers.set("Content-Disposition", "attachment", filename=f"{service().campaign.id}.zip")
    return sent


def _find(name: str) -> Job:
    found = _jobs().find(name)
    if found is None or found.asked.command not in PRINTING:
        abort(404)
    return found
