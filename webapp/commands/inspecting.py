"""Inspect: what is printed already, or is about to be."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from materials.campaign import load
from materials.inspection.report import annotated, inspect
from materials.labels import label_sheet
from materials.outdated import changed_since
from materials.ruler import ruler as draw_ruler
from materials.trace import read_origin
from webapp.clock import now
from webapp.commands.options import echo_json, json_option, listed, many
from webapp.giving import with_results


@click.command(epilog="Example: philos preflight leaflet.pdf --pictures checked")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--pictures", type=click.Path(file_okay=False, path_type=Path), help="PNGs go here.")
@json_option
def preflight(file: Path, folder: Path | None, *, pictures: Path | None, as_json: bool) -> None:
    """Inspect any PDF before it is printed: codes, fonts, bleed, ink, imprint, broken lines.

    With DIR also for its campaign's funders and contacts.
    """
    data = file.read_bytes()
    campaign = load(folder) if folder else None
    report = inspect(data, campaign, now(campaign.zone).date() if campaign else None)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(annotated(data, report), start=1):
            (pictures / f"{file.stem}-{number}.png").write_bytes(picture)
    if as_json:
        echo_json(report.to_json())
    else:
        for finding in report.findings:
            page = f"page {finding.page}: " if finding.page else ""
            click.echo(f"{finding.level}: {page}{finding.message}")
        errors = sum(finding.level == "error" for finding in report.findings)
        click.echo(
            f"{many(len(report.codes), 'QR code')} read, {many(errors, 'error')}, "
            f"{many(len(report.findings) - errors, 'warning')}."
        )
    sys.exit(0 if report.ok else 1)


@click.command(epilog="Example: philos trace flyer.pdf leipzig-east")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path)
)
@json_option
def trace(file: Path, folder: Path | None, *, as_json: bool) -> None:
    """Say where a sheet comes from; with DIR, what has changed in the campaign since."""
    origin = read_origin(file)
    changes = changed_since(origin, with_results(load(folder), folder), folder) if folder else None
    if as_json:
        echo_json(asdict(origin) | ({} if changes is None else {"changed": changes}))
    else:
        click.echo(
            f"{file.name}: {origin.topic}, {origin.format}, {origin.language}, {origin.place}, "
            f"for {origin.output}, of the campaign {origin.campaign}."
        )
        if changes is not None:
            click.echo(
                f"Outdated: changed since are {listed(changes)}; print it again."
                if changes
                else "It is as the campaign is now."
            )
    sys.exit(1 if changes else 0)


@click.command(epilog="Example: philos ruler L7160 --out ruler.pdf")
@click.argument("labels", metavar="SHEET")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="ruler.pdf")
def ruler(labels: str, *, out: Path) -> None:
    """Write a page to calibrate a printer for a sheet of labels; it tells what --shift needs."""
    out.write_bytes(draw_ruler(label_sheet(labels)))
    click.echo(f"{out}: print it on plain paper without scaling, hold it against {labels}.")
