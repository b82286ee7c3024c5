"""What is known of a campaign's sheets without setting them: kept beside the campaign, looked up.

`materials.previews` draws and writes it in a process of its own, so that a web server can show a
campaign's sheets without a typesetter.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from markupsafe import Markup
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from materials.campaign import FILE, SURVEYS, TRANSLATIONS
from translations.errors import Fault
from translations.review import State

HOME = "instance/gallery"  # below the campaign's folder
_INDEX = "gallery.json"
_SOURCES = ("materials", "surveys", "translations")  # our own, of which sheets are made
Key = tuple[str, str, str]  # topic, format, language
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Artwork:
    """A topic in a format and a language, the same for all places.

    ``states`` count its texts by how far they are reviewed; ``preview`` is the hash of what its
    picture shows, ``width`` and ``height`` its size in pixels. ``fault`` says why it cannot be
    printed.
    """

    topic: str
    format: str
    language: str
    states: Mapping[str, int]
    unreviewed: tuple[str, ...] = ()
    preview: str = ""
    width: int = 0
    height: int = 0
    fault: Fault | None = None

    @property
    def key(self) -> Key:
        """Return what an artwork is found by."""
        return self.topic, self.format, self.language

    @property
    def state(self) -> State:
        """Return the state of its least trusted text."""
        return worst_of(self.states)

    @property
    def to_review(self) -> list[str]:
        """Return its unreviewed texts as people read them: no tags, dots for what is filled in."""
        return [
            _PLACEHOLDER.sub("…", Markup(text.replace("<br>", " ")).striptags())  # noqa: S704
            for text in self.unreviewed
        ]


def worst_of(states: Mapping[str, int]) -> State:
    """Return the state of the least trusted of some texts, counted by their states."""
    found = [State(state) for state, number in states.items() if number]
    return max(found, key=list(State).index, default=State.SOURCE)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Gallery:
    """All artworks of a campaign as it was when ``state`` was its state.

    ``changed`` has, by the SHA-256 of a printed file, which of its parts are no longer so.
    """

    state: str
    artworks: tuple[Artwork, ...]
    changed: Mapping[str, tuple[str, ...]]

    def __iter__(self) -> Iterator[Artwork]:
        return iter(self.artworks)


_ADAPTER = TypeAdapter(Gallery)


def read_gallery(folder: Path) -> Gallery | None:
    """Return what is known of a campaign's sheets, None where nothing is known yet."""
    try:
        return _ADAPTER.validate_json((folder / HOME / _INDEX).read_bytes())
    except (OSError, ValidationError):
        return None


def write_gallery(folder: Path, gallery: Gallery) -> None:
    """Keep what is known, and remove pictures that show what no longer is."""
    home = folder / HOME
    draft = home / f".{_INDEX}.part"
    draft.write_bytes(_ADAPTER.dump_json(gallery, indent=1))
    draft.replace(home / _INDEX)
    shown = {picture(folder, artwork.preview) for artwork in gallery}
    for path in set(home.glob("*.png")) - shown:
        path.unlink(missing_ok=True)


def forget_gallery(folder: Path) -> None:
    """Let everything be looked at anew: what is released changes what sheets can show."""
    (folder / HOME / _INDEX).unlink(missing_ok=True)


def picture(folder: Path, preview: str) -> Path:
    """Return where the picture of an artwork lies."""
    return folder / HOME / f"{preview}.png"


def state_of(folder: Path) -> str:
    """Return a hash of what a campaign's sheets are made of, told by names, sizes and times.

    It is for asking often: no file is read.
    """
    seen = [
        (str(path), at.st_size, at.st_mtime_ns)
        for path in sorted(_made_of(folder))
        for at in [path.stat()]
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _made_of(folder: Path) -> Iterator[Path]:
    yield from folder.glob(FILE)
    yield from folder.glob("*/*.svg")
    yield from folder.glob("*/*.png")
    yield from folder.glob(f"{SURVEYS}/*.toml")
    yield from folder.glob(f"{TRANSLATIONS}/**/*.po")
    for name in _SOURCES:
        home = Path(str(resources.files(name)))
        for suffix in ("py", "jinja", "css", "toml", "po"):
            yield from home.rglob(f"*.{suffix}")
