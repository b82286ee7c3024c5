"""The coordinators' pages about printed matter: a gallery, printing in the background, downloads.

Nothing is printed here: a view asks `webapp.jobs` for `philos print`, and reads what it left.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from materials.gallery import Gallery, picture, read_gallery, state_of, worst_of
from materials.library import topics
from materials.manifest import Part, read_manifest
from materials.sheets import Output, Sheet, matching, questionnaires
from materials.shelves import answers_by_code, shelves
from surveys.disclosure import SMALLEST_BASE, SMALLEST_BASES
from webapp import sessions
from webapp.archive import archive, name_of
from webapp.audit import Kind, audit
from webapp.jobs import DAY, KEPT, PRINTING, Job, Jobs, QueueFullError, Status
from webapp.orders import PaperForm, ReportForm, SheetsForm, to_log, unreviewed
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
        job = jobs.find(jobs.ask("gallery", [], by="", key=state))
    except QueueFullError:
        return known, None
    if job and job.status is Status.DONE:  # since we looked
        return read_gallery(folder), None
    return known, job


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
        waiting=_waiting(),
        chosen=chosen,
        looking=looking,
        edited=service().is_edited,
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


def _waiting() -> list[str]:
    """Return the topics whose sheets cannot be made before a wave is released."""
    known = () if service().released() else topics().values()
    return [topic.id for topic in known if topic.results]


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
    wanted, waiting = _wanted(form)
    if not any(output in sheet.outputs for sheet in wanted for output in form.outputs):
        return _form(form, paper, fault="nothing")
    if form.exceeds(wanted):
        return _form(form, paper, fault="form")
    lacking = unreviewed(read_gallery(service().settings.folder), wanted) if form.final.data else []
    if lacking:
        return _form(form, paper, fault="unreviewed", lacking=lacking)
    return _ask(
        "print",
        form,
        lambda: _form(form, paper, fault="full", status=503),
        copies=form.printed(wanted),
        left_out=form.left_out(service().sheets),
        waiting=waiting,
    )


def _wanted(form: SheetsForm) -> tuple[list[Sheet], list[str]]:
    """Return the sheets that are chosen, and the topics that are not since they wait for results.

    A topic that is ticked does not wait: `philos print` says why it cannot be printed.
    """
    found = form.chosen(service().sheets)
    if form.topic.data or service().released():
        return found, []
    waiting = dict.fromkeys(sheet.material.topic for sheet in found if sheet.topic.results)
    return [sheet for sheet in found if not sheet.topic.results], list(waiting)


@pages.post("/paper")
@allowed(Role.COORDINATOR)
def print_paper() -> AnyResponse:
    """Print questionnaires, in the background."""
    campaign = service().campaign
    found = questionnaires(campaign)
    paper = PaperForm(request.form, found)
    form = SheetsForm(MultiDict({"output": Output.OFFICE.value}), campaign)
    if not paper.validate():
        return _form(form, paper, fault="paper")
    return _ask(
        "paper",
        paper,
        lambda: _form(form, paper, fault="full", status=503),
        copies=paper.printed(found),
    )


def _ask(
    command: str,
    chosen: SheetsForm | PaperForm | ReportForm,
    full: Callable[[], Response],
    *,
    copies: int,
    **more: Any,
) -> AnyResponse:
    """Ask for a job, log it and go to its page; ``full`` answers where too much is waiting."""
    wishes = {key: values for key, values in request.form.lists() if key in chosen.names}
    by, before = sessions.signed_in().name, {job.id for job in _jobs().all()}
    try:
        name = _jobs().ask(command, chosen.arguments, by=by, wishes=wishes, **more)
    except QueueFullError:
        return full()
    if name not in before:  # else the same is being printed already
        audit(Kind.PRINTED, str(copies), to_log(command, wishes))
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


@pages.get("/report")
@allowed(Role.COORDINATOR)
def choose_report() -> Response:
    """Ask which report to make; what the address names is chosen already."""
    return _report_form(_report(request.args))


@pages.post("/report")
@allowed(Role.COORDINATOR)
def make_report() -> AnyResponse:
    """Make the report of a released wave, in the background."""
    form = _report(request.form)
    if not form.validate():
        return _report_form(form, status=422)
    return _ask("report", form, lambda: _report_form(form, status=503), copies=1)


def _report(said: MultiDict[str, str]) -> ReportForm:
    waves = [each.wave for each in reversed(service().results.releases)]
    return ReportForm(said, waves, service().campaign.languages)


def _report_form(form: ReportForm, *, status: int = 200) -> Response:
    page = show("report", style=stylesheet("materials"), form=form, status=status)
    return make_response(page, status)


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
