"""The manifest beside the printed files: what was printed, from what, and how far it is reviewed.

Sheets and questionnaires have a list each; who prints one of them keeps the other as it is.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from materials.sheets import Output

MANIFEST = "manifest.json"
_NAME = r"[a-z0-9-]{1,40}"
_TAG = r"[A-Za-z-]{1,35}"


class Part(StrEnum):
    """What a list of the manifest is about."""

    SHEETS = "sheets"
    QUESTIONNAIRES = "questionnaires"


# The files that only a print run can have written: Sheet.file and Questionnaire.file
_FILES: Mapping[Part, str] = {
    Part.SHEETS: rf"({'|'.join(Output)})/{_NAME}/{_NAME}/{_TAG}/{_NAME}\.pdf",
    Part.QUESTIONNAIRES: rf"paper/{_NAME}/{_TAG}/{_NAME}-\d{{1,5}}-\d{{1,5}}\.pdf",
}


def read_manifest(out: Path, part: Part = Part.SHEETS) -> dict[str, Any]:
    """Return a list's entries by their files; empty where there is no usable manifest."""
    try:
        entries = json.loads((out / MANIFEST).read_text("utf-8"))[part]
        return {entry["file"]: entry for entry in entries if _is_entry(entry, part)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is_entry(entry: dict[str, Any], part: Part) -> bool:
    file = entry.get("file")
    ours = isinstance(file, str) and re.fullmatch(_FILES[part], file, re.ASCII) is not None
    return ours and {"source", "sha256", "pages"} <= entry.keys()


def write_manifest(
    out: Path, campaign: str, part: Part, before: Mapping[str, Any], kept: Mapping[str, Any]
) -> None:
    """Write a list of the manifest, and remove the files that were in it ``before`` and no more.

    A sheet that the campaign no longer has must not lie among those to be handed out.
    """
    for file in before.keys() - kept.keys():
        (out / file).unlink(missing_ok=True)
    lists = {each.value: list(read_manifest(out, each).values()) for each in Part}
    document = {"campaign": campaign, **lists, part.value: list(kept.values())}
    draft = out / f".{MANIFEST}.part"
    draft.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draft.replace(out / MANIFEST)
