"""Previews: every sheet of a campaign drawn small, and what stands in the way of printing it."""

import io
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pypdfium2
from PIL import Image

from materials import runs
from materials.build import BuildError, plan
from materials.campaign import Campaign
from materials.gallery import (
    HOME,
    Artwork,
    Gallery,
    Key,
    picture,
    state_of,
    write_gallery,
)
from materials.manifest import read_manifest
from materials.outdated import changed_parts
from materials.pdf import LayoutError
from materials.production import Job, proof
from materials.render import digest
from materials.sheets import Sheet, ready, sheets
from materials.trace import TraceError, read_origin
from translations.errors import Fault

LONGEST = 640  # pixels of the longer side: sharp at half of it on a screen of two pixels to one
_NOT_IN_CAMPAIGN = ("sheet",)


def look(
    campaign: Campaign,
    folder: Path,
    out: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Gallery:
    """Return what is known of a campaign's sheets, and keep it with a picture of each artwork.

    ``out`` holds what has been printed. What is drawn already is not drawn again. ``progress`` is
    told how many artworks are ready.
    """
    state = state_of(folder)
    (folder / HOME).mkdir(parents=True, exist_ok=True)
    jobs: dict[Key, Job] = {}
    found: dict[Key, Artwork] = {}
    for key, group in artworks(campaign):
        try:
            (jobs[key],) = plan(campaign, folder, group)
        except BuildError as error:
            found[key] = _artwork(key, fault=error.faults[0])
            progress(1)
    found |= _drawn(folder, jobs, progress)
    gallery = Gallery(
        state=state,
        artworks=tuple(found[key] for key, _ in artworks(campaign)),
        changed=dict(_changed(out, jobs)),
    )
    write_gallery(folder, gallery)
    return gallery


def _drawn(
    folder: Path, jobs: Mapping[Key, Job], progress: Callable[[int], None]
) -> dict[Key, Artwork]:
    """Return artworks with their pictures; those that are there already are not drawn again."""
    found, running = {}, {}
    with runs.executor() as executor:
        for key, job in jobs.items():
            preview = _fingerprint(job)
            path = picture(folder, preview)
            if path.is_file():
                with Image.open(path) as drawn:
                    found[key] = _artwork(key, job, preview, drawn.size)
                progress(1)
            else:
                running[executor.submit(draw, job, path)] = key, preview
        for future in as_completed(running):
            key, preview = running[future]
            try:
                found[key] = _artwork(key, jobs[key], preview, future.result())
            except LayoutError as error:
                found[key] = _artwork(key, jobs[key], fault=error.faults[0])
            progress(1)
    return found


def artworks(campaign: Campaign) -> list[tuple[Key, list[Sheet]]]:
    """Return a campaign's artworks that can be made now, each with its sheets."""

    def key(sheet: Sheet) -> Key:
        return sheet.material.topic, sheet.material.format, sheet.tag

    found = sorted(ready(campaign, sheets(campaign)), key=key)
    return [(name, list(group)) for name, group in groupby(found, key=key)]


def _artwork(
    key: Key,
    job: Job | None = None,
    preview: str = "",
    size: tuple[int, int] = (0, 0),
    fault: Fault | None = None,
) -> Artwork:
    topic, form, tag = key
    return Artwork(
        topic=topic,
        format=form,
        language=tag,
        states=job.page.states if job else {},
        unreviewed=job.page.unreviewed if job else (),
        preview=preview,
        width=size[0],
        height=size[1],
        fault=fault,
    )


def _fingerprint(job: Job) -> str:
    """Return a hash of all that a picture shows."""
    first = job.copies[0]
    return digest([job.page.fingerprint, first.sheet.codes[0], first.place, LONGEST])[:32]


def draw(job: Job, path: Path) -> tuple[int, int]:
    """Draw the first page of a job's first sheet as PNG; return its size in pixels.

    Raise LayoutError where a text does not fit.
    """
    document = pypdfium2.PdfDocument(proof(job))
    try:
        page = document[0]
        drawn = page.render(scale=LONGEST / max(page.get_size())).to_pil()
    finally:
        document.close()
    data = io.BytesIO()
    drawn.quantize(128).save(data, "PNG", optimize=True)
    draft = path.with_suffix(".part")
    draft.write_bytes(data.getvalue())
    draft.replace(path)
    return drawn.width, drawn.height


def _changed(out: Path, jobs: Mapping[Key, Job]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the hashes of the printed files that are no longer as the campaign has them."""
    now = {
        copy.sheet.file(output): (job, copy)
        for job in jobs.values()
        for copy in job.copies
        for output in copy.sheet.outputs
    }
    for file, entry in read_manifest(out).items():
        if file not in now:
            yield entry["sha256"], _NOT_IN_CAMPAIGN
            continue
        job, copy = now[file]
        as_printed = replace(copy, sheet=copy.sheet.of(entry.get("copies", 1)))
        try:
            origin = read_origin(out / file)
        except (TraceError, OSError):
            continue  # gone or damaged: the next print makes it anew
        if parts := changed_parts(origin.hashes, job.hashes(as_printed)):
            yield entry["sha256"], tuple(parts)
