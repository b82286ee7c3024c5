"""Upkeep of the catalogues: templates out of the sources, catalogues after the templates.

Babel extracts; polib writes, since Babel deletes the plural rule of a language it does not know.
"""

from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from translations.catalogs import po_path, read_po
from translations.languages import Language
from translations.review import forms

DOMAINS = ("public", "staff")
_COMMENT_TAG = "translators:"


def extract(root: Path, domain: str) -> polib.POFile:
    """Return the template of a domain from the sources below ``root``, after its babel.cfg.

    Occurrences name files without lines, so that moving a text changes nothing.
    """
    template = polib.POFile(wrapwidth=98)
    template.metadata = _metadata(domain)
    for file, source, plural, context, comments in _messages(root, domain):
        entry = template.find(source, msgctxt=context or False) if len(template) else None
        if entry is None:
            entry = polib.POEntry(msgid=source, msgctxt=context, msgid_plural=plural)
            if plural:
                entry.msgstr_plural = {0: "", 1: ""}
            template.append(entry)
        if (file, "") not in entry.occurrences:
            entry.occurrences.append((file, ""))
        known = entry.comment.splitlines()
        entry.comment = "\n".join(known + [line for line in comments if line not in known])
    return template


def _messages(root: Path, domain: str) -> Iterator[tuple[str, str, str, str | None, list[str]]]:
    """Yield file, source, plural, context and comments of each message of a domain."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    chosen = [
        (pattern, method)
        for pattern, method in methods
        if options[pattern].get("domain", "public") == domain
    ]
    for name, _, said, comments, context in sorted(
        extract_from_dir(
            root, chosen, options, comment_tags=[_COMMENT_TAG], strip_comment_tags=True
        ),
        key=lambda found: found[:2],
    ):
        source, plural = said if isinstance(said, tuple) else (said, "")
        yield name, source, plural, context, comments


def update(old: polib.POFile, template: polib.POFile, row: Language) -> polib.POFile:
    """Return a language's catalogue after its template: old texts kept, new ones empty.

    Nothing is guessed from similar texts. What is no longer used stays as obsolete.
    """
    new = empty(row, template.metadata["X-Domain"])
    new.metadata = old.metadata | new.metadata
    known = {(entry.msgctxt, entry.msgid): entry for entry in old}
    for source in template:
        before = known.pop((source.msgctxt, source.msgid), None)
        entry = polib.POEntry(
            msgid=source.msgid,
            msgctxt=source.msgctxt,
            msgid_plural=source.msgid_plural,
            occurrences=source.occurrences,
            comment=source.comment,
        )
        if source.msgid_plural:
            entry.msgstr_plural = dict.fromkeys(range(row.forms), "")
        if before:
            entry.msgstr, entry.tcomment, entry.flags = before.msgstr, before.tcomment, before.flags
            entry.msgstr_plural |= before.msgstr_plural
        new.append(entry)
    for gone in known.values():
        if any(forms(gone)):
            gone.obsolete = True
            new.append(gone)
    return new


def empty(row: Language, domain: str) -> polib.POFile:
    """Return a catalogue of a language that has its head and no texts."""
    made = polib.POFile(wrapwidth=98)
    made.metadata = _metadata(domain) | {
        "Language": row.tag,
        "Plural-Forms": f"nplurals={row.forms}; plural=({row.plural});",
    }
    return made


def _metadata(domain: str) -> dict[str, str]:
    return {
        "Project-Id-Version": "philos",
        "X-Domain": domain,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }


def refreshed(root: Path, rows: list[Language]) -> dict[Path, str]:
    """Return what every template and every existing catalogue should hold now, by path."""
    fresh = {}
    for domain in DOMAINS:
        template = extract(root, domain)
        folder = root / "translations"
        fresh[folder / f"{domain}.pot"] = str(template) + "\n"
        for row in rows:
            path = po_path(folder, row, domain)
            if path.exists():
                fresh[path] = str(update(read_po(path), template, row)) + "\n"
    return fresh
