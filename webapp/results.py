"""The coordinators' comparison of answers, by place and by wave."""

from flask import Blueprint, abort, redirect, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from surveys.comparison import CAVEAT, ComparisonError, core, load, questions
from surveys.disclosure import SMALLEST_BASE, SMALLEST_COUNT
from surveys.pictures import bar, tones
from surveys.storage import Dimension
from webapp.service import headings, latest_wave, service
from webapp.staff import show

pages = Blueprint("results", __name__, url_prefix="/staff")


@pages.get("/")
@login_required  # type: ignore[untyped-decorator]
def overview() -> Response:
    """Go to the comparison."""
    return redirect(url_for(".results"))


@pages.get("/results")
@login_required  # type: ignore[untyped-decorator]
def results() -> str:
    """Show the answers to one question by place or by wave; every choice is in the address."""
    campaign, today = service().campaign, service().today
    instrument = campaign.instruments.get(request.args.get("survey", campaign.survey)) or abort(404)
    by: Dimension = "wave" if request.args.get("by") == "wave" else "place"
    wave = request.args.get("wave", latest_wave(campaign, today).id) if by == "place" else None
    try:
        comparison = load(
            service().storage,
            campaign=campaign.id,
            instrument=instrument,
            question=request.args.get("question", core(instrument).id),
            by=by,
            headings=headings(campaign, by, wave, today),
            wave=wave,
        )
    except ComparisonError:
        abort(404)
    return show(
        "results",
        comparison=comparison,
        scale=tones(comparison.item.scale),
        bars={group.id: bar(group, comparison.item.scale) for group in comparison.groups},
        surveys=campaign.instruments.values(),
        questions={name: questions(each) for name, each in campaign.instruments.items()},
        waves=campaign.waves,
        caveat=CAVEAT,
        smallest_base=SMALLEST_BASE,
        smallest_count=SMALLEST_COUNT,
    )
