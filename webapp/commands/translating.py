"""Translate: the state of the catalogues, and their upkeep in the source folder."""

import sys
from collections import Counter
from pathlib import Path

import click

from translations.catalogs import catalog, home, read_po, usable
from translations.languages import languages
from translations.review import State
from translations.upkeep import DOMAINS, refreshed
from webapp.commands.options import echo_json, json_option


@click.group()
def translate() -> None:
    """Keep the catalogues of translations; extract, update and check run in the source folder."""


@translate.command(epilog="Example: philos translate status")
@json_option
def status(*, as_json: bool) -> None:
    """Count the texts of each language by how far they can be trusted."""
    document: dict[str, dict[str, dict[str, int]]] = {}
    for domain in DOMAINS:
        total = len(read_po(home() / f"{domain}.pot"))
        for row in usable(domain):
            known = Counter(message.state for message in catalog(row.tag, domain).values())
            known[State.SOURCE if row.fallback is None else State.MISSING] += total - known.total()
            document.setdefault(domain, {})[row.tag] = {
                state.value: known[state] for state in State if known[state]
            }
    if as_json:
        echo_json(document)
        return
    for domain, rows in document.items():
        for tag, counts in rows.items():
            said = ", ".join(f"{n} {state}" for state, n in counts.items())
            click.echo(f"{domain:<8} {tag:<8} {said}")


@translate.command(epilog="Example: philos translate update")
def update() -> None:
    """Write every template and catalogue anew after the sources; texts that are there stay."""
    for path, text in refreshed(Path(), list(languages().values())).items():
        path.write_text(text, "utf-8")
        click.echo(path)


@translate.command("check", epilog="Example: philos translate check")
def check_catalogs() -> None:
    """Exit 1 where a template or a catalogue is not as the sources are."""
    stale = [
        path
        for path, text in refreshed(Path(), list(languages().values())).items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path in stale:
        click.echo(f"{path} is not as its sources are; run `philos translate update`.", err=True)
    sys.exit(1 if stale else 0)
