"""Three waves that were released, for tests of what is given back: no release is made for them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from materials.campaign import Campaign, load
from materials.given import Given
from materials.sheets import published
from surveys import release
from surveys.comparison import over_waves, within
from surveys.storage import Storage
from tests.conftest import NOON
from webapp.config import settings

DOCUMENTS = Path(__file__).parent / "reference" / "releases"
WAVES = ("summer-2025", "winter-2025", "summer-2026")
CHANGES = """
[results]
changes = "Am Rabet stehen ab Januar neue Lampen."
"""

Document = dict[str, Any]


def with_changes(folder: Path) -> None:
    """Let the campaign of a folder say what the alliance does about its results."""
    path = folder / "campaign.toml"
    path.write_text(path.read_text("utf-8") + CHANGES, "utf-8")


def given(campaign: Campaign) -> Given:
    """Return what the sheets of a campaign give back, without a database."""
    asked = campaign.instruments["how-safe"]
    found = [release.from_json(document(campaign, wave)) for wave in WAVES]
    waves = {each.id: each for each in campaign.waves}
    names = {name: waves[name].name for name in WAVES}
    last = found[-1]
    return Given(
        overall=within(last, asked, "dark", "all", {"all": "all"}),
        waves=over_waves(found, {asked.version: asked}, asked, "dark", names),
        asked=tuple(waves[name] for name in WAVES),
        again=waves["winter-2026"],
    )


def document(
    campaign: Campaign, wave: str, change: Callable[[Document], None] = lambda _: None
) -> str:
    """Return the stored release of a wave, of the surveys as the campaign has them now."""
    found = json.loads((DOCUMENTS / f"{wave}.json").read_text("utf-8"))
    for name, survey in found["surveys"].items():
        survey["version"] = campaign.instruments[name].version
    change(found)
    return release.from_json(json.dumps(found)).to_json()


def put(folder: Path, change: Callable[[Document], None] = lambda _: None) -> None:
    """Publish the example campaign of a folder and release its waves; ``change`` edits the last."""
    chosen, campaign = settings(folder, environ={}), load(folder)
    storage = Storage(chosen.database_url, chosen.secret)
    storage.upgrade()
    links = published(campaign).values()
    storage.publish(links, campaign.instruments.values(), NOON.date())
    for wave in WAVES:
        made = document(campaign, wave, *([change] if wave == WAVES[-1] else []))
        storage.put_release(campaign.id, wave, made)
    storage.close()


def hide(question: str) -> Callable[[Document], None]:
    """Return a change that hides how many gave an adverse answer to a question."""

    def change(document: Document) -> None:
        row = document["surveys"]["how-safe"]["items"][question]["tables"]["all"]["all"]
        row["adverse"] = None
        row["counts"] = dict.fromkeys(row["counts"])

    return change
