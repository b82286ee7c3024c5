import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from surveys.definition import ANSWERED, Instrument
from surveys.documents import read
from surveys.storage import Context, Entry, Storage
from tests.conftest import NOON, clock
from tests.kept import kept, recounted
from tests.trial import leave_the_open_wave
from webapp import cli
from webapp.commands import serving, translating
from webapp.config import DATABASE, DEMO, FOLDER, WORKERS, settings
from webapp.jobs import Jobs, Status

KINDS = Path(__file__).parents[1] / "surveys" / "kinds.toml"
CORE = ["--topic", "how-safe", "--format", "flyer-a6", "--place", "rabet", "--language", "ar"]


def run(*arguments: object, text: str | None = None) -> Result:
    """Run `philos` as from a terminal, without one."""
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments], input=text)


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_init_writes_an_example_that_prints_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "east"
    assert run("init", folder).exit_code == 0
    printed = run("print", folder, *CORE)
    assert printed.exit_code == 0
    assert (folder / "out" / "screen" / "how-safe" / "flyer-a6" / "ar" / "rabet.pdf").is_file()
    assert "1 file, 1 printed anew" in printed.output
    assert "nobody has reviewed the text: ar" in printed.output


def test_printing_does_not_wait_for_scipy(folder: Path) -> None:
    script = "import sys; from webapp.cli import main; main(sys.argv[1:], standalone_mode=False)"
    script += "; import surveys.comparison; sys.exit('scipy' in sys.modules)"
    command = [sys.executable, "-c", script, "print", str(folder), *CORE]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_init_never_writes_over_a_folder(folder: Path) -> None:
    before = (folder / "campaign.toml").read_bytes()
    result = run("init", folder)
    assert (result.exit_code, "already there" in result.stderr) == (1, True)
    assert (folder / "campaign.toml").read_bytes() == before
    assert run("init", folder / "campaign.toml").exit_code == 1


def small(folder: Path) -> Path:
    """Leave one flyer in the example, and return its file."""
    path = folder / "campaign.toml"
    materials = '[[materials]]\ntopic = "project"\nformat = "flyer-a6"\nplaces = ["rabet"]\n'
    path.write_text(path.read_text("utf-8").partition("[[materials]]")[0] + materials, "utf-8")
    return path


def test_check_lists_what_is_blank_and_exits_1(folder: Path) -> None:
    small(folder)
    result = run("check", folder)
    assert result.exit_code == 1
    assert "contacts.office.number: is blank" in result.output
    found = json.loads(run("check", folder, "--json").stdout)["findings"]
    assert {finding["key"] for finding in found} >= {"example", "organisation.hours"}


def test_check_is_content_with_a_campaign_that_is_filled_in(folder: Path) -> None:
    path = small(folder)
    text = path.read_text("utf-8").replace("example = true", "example = false")
    text = text.replace('number = ""', 'number = "0341 1234"\nverified_on = 2026-11-22')
    text = text.replace('hand_in = ""', 'hand_in = "Stadtteilladen"')
    path.write_text(text.replace('hours = ""', 'hours = "dienstags 16 bis 18 Uhr"'), "utf-8")
    result = run("check", folder)
    assert (result.exit_code, result.output) == (0, "Nothing is wrong or blank.\n")


@pytest.mark.parametrize("command", ["check", "print", "serve", "results", "texts"])
def test_a_broken_campaign_is_sentences_and_exit_code_1(folder: Path, command: str) -> None:
    path = folder / "campaign.toml"
    path.write_text(path.read_text("utf-8").replace('host = "', 'hose = "'), "utf-8")
    result = run(command, folder)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "campaign.toml: host: is missing; add it.",
        "campaign.toml: hose: is not a key that philos knows; check its spelling.",
    ]
    assert sorted(each.name for each in folder.iterdir()) == ["campaign.toml", "logos"]


@pytest.mark.parametrize("command", ["check", "print", "results"])
def test_a_folder_without_campaign_is_one_sentence(tmp_path: Path, command: str) -> None:
    result = run(command, tmp_path)
    assert result.exit_code == 1
    assert result.stderr == (
        "campaign.toml: cannot be read (No such file or directory); check the folder.\n"
    )


def test_print_gives_one_document_with_an_entry_for_each_sheet(folder: Path) -> None:
    out = folder.parent / "sheets"
    (entry,) = document(run("print", folder, "--out", out, "--json", *CORE))["sheets"]
    assert (entry["topic"], entry["format"], entry["language"], entry["place"]) == (
        *("how-safe", "flyer-a6", "ar", "rabet"),
    )
    assert entry["url"] == f"HTTPS://PHILOS.EXAMPLE/{entry['code']}"
    assert entry["scanned"] is True
    assert entry["states"]["draft"] > 0
    assert (out / entry["file"]).read_bytes().startswith(b"%PDF")


def test_print_refuses_drafts_for_distribution(folder: Path) -> None:
    result = run("print", folder, "--final", *CORE)
    assert result.exit_code == 1
    assert "how-safe, flyer-a6, ar, rabet" in result.stderr
    assert "not reviewed" in result.stderr
    assert not list(folder.glob("out/**/*.pdf"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--language", "xx"], "xx is not in the campaign; choose from ar, de, en"),
        (["--topic", "nothing"], "choose from emergency, found-syringe"),
        (["--format", "a0"], "choose from bilingual-a5, card, flyer-a5, flyer-a6"),
        (["--place", "moon"], "choose from eisenbahnstrasse"),
        (["--topic", "traders", "--place", "rabet"], "no sheet that is all of this"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_use_exits_2_with_what_to_choose(
    folder: Path, arguments: list[str], said: str
) -> None:
    result = run("print", folder, *arguments)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_a_folder_that_cannot_be_written_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = run("print", folder, "--out", blocked / "out", *CORE)
    assert result.exit_code == 1
    assert "Not a directory" in result.stderr
    assert "Traceback" not in result.output


def storage_links(storage: Storage) -> list[Any]:
    with storage._engine.connect() as connection:
        codes = connection.exec_driver_sql("SELECT code FROM links ORDER BY code").scalars().all()
    return [storage.target(code) for code in codes]


SUMMER = datetime(2026, 9, 22, 12, 30)  # noqa: DTZ001  in a wave that is closed


def fill(storage: Storage, counts: dict[int, int], day: datetime = SUMMER) -> None:
    """Store answers to the question about the dark at the first place."""
    (asked,) = storage.versions("how-safe")
    link = next(each for each in storage_links(storage) if each.place == "rabet")
    context = Context(
        target=link, version=asked.version, wave="summer-2026", language="ar", moment=day
    )
    for code, number in counts.items():
        for index in range(number):
            storage.save(f"{day:%d}{code}-{index}", context, {"dark": code})


def released(folder: Path) -> Any:
    return document(run("release", folder, "--wave", "summer-2026", "--json"))


def test_results_are_one_document(folder: Path, storage: Storage) -> None:
    fill(storage, {1: 30, 3: 30})
    assert released(folder)["responses"] == 60
    found = document(run("results", folder, "--by", "wave", "--json"))
    (summer,) = found["groups"]
    assert (summer["id"], summer["row"]["n"], summer["share"]) == ("summer-2026", 60, 0.5)
    assert summer["row"]["counts"] == {"1": 30, "2": 0, "3": 30, "4": 0}
    assert (found["question"], found["demo"]) == ("dark", False)
    said = run("results", folder, "--by", "wave").output
    assert "30 of 60 unsicher, 38 to 62 %" in said
    assert "keine Aussage über alle" in said


def test_results_are_released_once_and_later_answers_change_nothing(
    folder: Path, storage: Storage
) -> None:
    fill(storage, {1: 30, 3: 30})
    released(folder)
    before = run("results", folder, "--by", "wave", "--json").output
    fill(storage, {4: 40}, SUMMER + timedelta(1))
    assert run("results", folder, "--by", "wave", "--json").output == before
    again = run("release", folder, "--wave", "summer-2026")
    assert (again.exit_code, "--again" in again.stderr) == (1, True)
    assert run("release", folder, "--wave", "summer-2026", "--again", "late").exit_code == 0
    assert run("results", folder, "--by", "wave", "--json").output != before


def test_results_hide_what_is_small(folder: Path, storage: Storage) -> None:
    fill(storage, {3: 1})
    released(folder)
    assert "too few answers to show" in run("results", folder, "--by", "wave").output


@pytest.mark.parametrize(
    ("counts", "days", "said"),
    [
        ({3: 24, 1: 6}, 8, "Without 30 answers"),
        ({3: 27, 1: 3}, 8, "what answers close together change stays hidden"),
        ({3: 15, 1: 15}, 3, "cannot be said whether"),
    ],
)
def test_results_tell_what_a_burst_changes(
    folder: Path, storage: Storage, counts: dict[int, int], days: int, said: str
) -> None:
    for day in range(days + 1):
        fill(storage, {1: 1, 2: 1, 3: 1, 4: 1} if day else counts, SUMMER - timedelta(day))
    released(folder)
    found = run("results", folder, "--by", "wave")
    assert said in found.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--question", "age"], 1, "choose a question from day, dark"),
        (["--survey", "nothing"], 1, "choose from here-now, how-safe"),
        (["--wave", "nothing"], 1, "choose from summer-2026"),
        (["--by", "nothing"], 2, "'place'"),
        (["--by", "daylight"], 1, "nothing to compare"),
        (["--by", "wave", "--place", "nowhere"], 1, "no place of the campaign"),
    ],
)
def test_results_of_what_is_not_there_are_refused(
    folder: Path, storage: Storage, arguments: list[str], code: int, said: str
) -> None:
    released(folder)
    result = run("results", folder, *arguments)
    assert (result.exit_code, said in result.stderr) == (code, True), result.stderr


@pytest.mark.parametrize(
    ("wave", "said"), [("winter-2099", "is no wave"), ("winter-2026", "is open until")]
)
def test_only_a_closed_wave_is_released(
    folder: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch, wave: str, said: str
) -> None:
    monkeypatch.setattr("webapp.commands.releasing.now", clock)
    result = run("release", folder, "--wave", wave)
    assert (result.exit_code, said in result.stderr) == (1, True)


def test_a_recount_finds_what_is_kept_wrongly_and_sets_it_right(
    folder: Path, storage: Storage
) -> None:
    fill(storage, {1: 3})
    assert run("db", "recount", folder).output == "Every count is right.\n"
    with storage._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE counts SET n = n + 1")
    wrong = run("db", "recount", folder)
    assert (wrong.exit_code, wrong.output) == (1, "Wrong: 1 of counts.\n")
    assert document(run("db", "recount", folder, "--repair", "--json"))["counts"] == 1
    assert run("db", "recount", folder).exit_code == 0


def test_results_before_anything_was_published_say_what_to_do(folder: Path) -> None:
    result = run("results", folder)
    assert (result.exit_code, "philos db upgrade" in result.stderr) == (1, True)


def test_db_upgrade_makes_the_database(folder: Path) -> None:
    assert run("db", "upgrade", folder).exit_code == 0
    assert "No results have been released yet" in run("results", folder).stderr


def test_without_a_controller_a_campaign_is_not_served(folder: Path) -> None:
    path = small(folder)
    path.write_text(re.sub(r"\[controller\]\n(?:.+\n)+", "", path.read_text("utf-8")), "utf-8")
    result = run("serve", folder)
    assert result.exit_code == 1
    assert result.stderr == (
        "campaign.toml: controller: is missing, so nothing can be published; add a table "
        "[controller] as the example of `philos init` has it.\n"
    )
    assert not (folder / "instance").exists()
    assert "controller: is missing" in run("check", folder).output


def store(storage: Storage, token: str, moment: datetime, words: str = "") -> None:
    """Store an answer as it was given at a moment, and a text."""
    kinds = next(iter(storage.versions("kinds")))
    link = next(iter(storage_links(storage)))
    context = Context(
        target=link, version=kinds.version, wave="winter-2026", language="ar", moment=moment
    )
    storage.save(token, context, {"one": 1, "words": ANSWERED}, {"words": words or token})


@pytest.fixture
def with_texts(storage: Storage) -> Storage:
    """The storage, with a survey that asks for a text as well."""
    storage.publish([], [read(KINDS, Instrument)], NOON.date())
    return storage


def test_db_retention_deletes_what_is_too_old_and_keeps_the_counts(
    folder: Path, with_texts: Storage
) -> None:
    now = datetime.now()  # noqa: DTZ005
    for token, days in (("new", 1), ("text-too-old", 95), ("too-old", 370)):
        store(with_texts, token, now - timedelta(days))
    for days in (360, 370):
        minute = now - timedelta(days)
        with_texts.log(Entry(minute=minute, name="anna", kind="sign-in"))
    before = kept(with_texts)
    asked = document(run("db", "retention", folder, "--dry-run", "--json"))
    assert (asked["dry_run"], asked["responses"], asked["texts"]) == (True, 1, 2)
    assert with_texts.response("leipziger-osten", "too-old") is not None
    assert (
        "Would be deleted: 1 response from before 20"
        in run("db", "retention", folder, "--dry-run").output
    )
    done = document(run("db", "retention", folder, "--json"))
    assert done == asked | {"dry_run": False}
    assert with_texts.response("leipziger-osten", "too-old") is None
    assert kept(with_texts) == recounted(with_texts) == before
    assert done["log_entries"] == len(with_texts.entries(most=9)) == 1
    assert run("db", "retention", folder).output.startswith("Deleted: 0 responses from before")


def test_texts_are_listed_released_and_rejected(folder: Path, with_texts: Storage) -> None:
    for words in ("Mehr Licht", "Frau Meier war es", "Weniger Müll"):
        store(with_texts, words, NOON)
    held = document(run("texts", folder, "--json"))["held"]
    number = {text["body"]: text["number"] for text in held}
    assert {(text["survey"], text["item"]) for text in held} == {("kinds", "words")}
    done = run(
        *("texts", folder, "--release", number["Mehr Licht"]),
        *("--reject", number["Frau Meier war es"]),
    )
    assert done.exit_code == 0
    assert done.output == (
        f"{number['Weniger Müll']}  kinds words: Weniger Müll\n1 text to read, 1 released.\n"
    )
    (released,) = with_texts.released_texts("leipziger-osten")
    assert released.body == "Mehr Licht"


@pytest.mark.parametrize("option", ["--release", "--reject"])
def test_a_text_that_is_not_held_is_told(folder: Path, with_texts: Storage, option: str) -> None:
    store(with_texts, "token", NOON)
    result = run("texts", folder, option, "12345678")
    assert result.exit_code == 2
    assert "No text with the number 12345678 is held" in " ".join(result.stderr.split())
    assert len(with_texts.held_texts("leipziger-osten")) == 1


@pytest.mark.parametrize("command", [["db", "retention"], ["texts"]])
def test_keeping_before_anything_was_published_says_what_to_do(
    folder: Path, command: list[str]
) -> None:
    result = run(*command, folder)
    assert (result.exit_code, "philos db upgrade" in result.stderr) == (1, True)


def test_serve_says_that_somebody_listens_already(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", folder, "--port", port)
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}: cannot be listened on" in result.stderr
    assert not (folder / "instance").exists()


def test_serve_publishes_before_it_serves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[object, ...]] = []

    class Server:
        def __init__(self, *arguments: object, **_options: object) -> None:
            self.arguments = arguments

        def serve(self) -> None:
            started.append(self.arguments)

    monkeypatch.setattr(serving, "Granian", Server)
    for name in (FOLDER, DEMO, WORKERS, DATABASE):
        monkeypatch.setenv(name, "")
    leave_the_open_wave(folder)
    result = run("serve", folder, "--port", 0, "--demo")
    assert result.exit_code == 0, result.output
    assert started == [("webapp.app:worker", "127.0.0.1", 0)]
    assert "Made-up answers:" in result.output
    assert "Sign in as demo with " in result.output
    assert "philos user add" not in result.output
    assert (folder / "instance" / "demo.sqlite").is_file()
    assert not (folder / "instance" / "philos.sqlite").exists()


def test_translate_status_counts_every_text_once() -> None:
    found = document(run("translate", "status", "--json"))
    assert set(found) == {"public", "staff"}
    for rows in found.values():
        totals = {sum(states.values()) for states in rows.values()}
        assert len(totals) == 1
        assert set(rows["de"]) == {"source"}
        assert all(set(states) == {"draft"} for tag, states in rows.items() if tag != "de")
    assert "public   ar" in run("translate", "status").output


def test_translate_check_finds_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(cli.__file__).parents[1])
    assert run("translate", "check").exit_code == 0
    stale = tmp_path / "public.pot"
    stale.write_text("old", "utf-8")
    monkeypatch.setattr(translating, "refreshed", lambda *_: {stale: "new"})
    result = run("translate", "check")
    assert (result.exit_code, "philos translate update" in result.stderr) == (1, True)
    assert run("translate", "update").exit_code == 0
    assert stale.read_text("utf-8") == "new"


@pytest.mark.parametrize(
    "command",
    [
        *(["init"], ["check"], ["print"], ["serve"], ["results"]),
        *(["user", each] for each in ("add", "list", "role", "disable", "reset-second-factor")),
        *(
            ["preflight"],
            ["trace"],
            ["ruler"],
            ["gallery"],
            ["work"],
            ["db", "upgrade"],
            ["db", "retention"],
            ["texts"],
            ["translate", "status"],
            ["translate", "update"],
        ),
    ],
)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    result = run(*command, "--help")
    assert (result.exit_code, "Example: philos" in result.output) == (0, True)


@pytest.mark.parametrize("length", ["nan", "inf", "-inf", "1e9", "wide"])
@pytest.mark.parametrize("option", ["--gutter", "--shift"])
def test_a_length_that_cannot_stand_on_paper_is_wrong_use(
    folder: Path, option: str, length: str
) -> None:
    lengths = [length] if option == "--gutter" else [length, "0"]
    result = run("print", folder, option, *lengths)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_print_makes_other_copies_than_the_campaign_says(folder: Path) -> None:
    chosen = ["--place", "rabet", "--language", "de", "--topic", "how-safe", "--format", "sticker"]
    (sheet,) = document(run("print", folder, *chosen, "--copies", "2", "--json"))["sheets"]
    assert (sheet["copies"], len(sheet["codes"])) == (2, 2)
    result = run("print", folder, *chosen, "--copies", "22")
    assert result.exit_code == 2
    assert "has 21 codes for how-safe, sticker, de, rabet" in result.stderr
    assert run("print", folder, *chosen, "--copies", "0").exit_code == 2


def test_a_program_that_waits_is_told_every_step(folder: Path) -> None:
    result = run("print", folder, *CORE, "--for", "screen", "--for", "office", "--steps", "--json")
    assert document(result)["sheets"]
    assert result.stderr.splitlines()[0] == "0/2"
    assert result.stderr.splitlines()[-1] == "2/2"


def test_gallery_draws_a_preview_of_every_sheet(folder: Path) -> None:
    small(folder)
    result = run("gallery", folder, "--steps")
    assert result.output.splitlines()[-1] == f"6 previews in {folder}/instance/gallery."
    assert result.stderr.splitlines()[-1] == "6/6"
    found = document(run("gallery", folder, "--json"))["artworks"]
    assert [artwork["language"] for artwork in found] == ["ar", "de", "en", "rom", "ru", "tr"]
    assert len(list((folder / "instance" / "gallery").glob("*.png"))) == 6


def test_work_does_what_waits_and_yields_to_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nice: list[int] = []
    monkeypatch.setattr(os, "nice", nice.append)
    monkeypatch.setattr(Jobs, "see_to_it", lambda _: None)
    name = Jobs(folder).ask("print", ["--topic=nothing"], by="anna")
    assert run("work", folder).exit_code == 0
    job = Jobs(folder).find(name)
    assert job
    assert nice == [10]
    assert job.status is Status.FAILED
    assert "nothing is not in the campaign; choose from" in job.state.faults[0].sentence


def test_work_logs_what_came_of_a_print_as_soon_as_there_is_a_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "nice", lambda _: None)
    monkeypatch.setattr(Jobs, "see_to_it", lambda _: None)
    Jobs(folder).ask("print", ["--topic=nothing"], by="anna", wishes={"topic": ["nothing"]})
    assert run("work", folder).exit_code == 0
    run("db", "upgrade", folder)
    for _ in range(2):
        assert run("work", folder).exit_code == 0
    chosen = settings(folder)
    with closing(Storage(chosen.database_url, chosen.secret)) as storage:
        (entry,) = storage.entries(most=9)
    assert (entry.name, entry.kind, entry.subject) == ("anna", "print-failed", "failed")
    assert entry.reason == "command=print&topic=nothing"


def on_paper(folder: Path, *arguments: str) -> Result:
    return run("paper", folder, "--language", "de", "--place", "rabet", *arguments)


def test_paper_prints_some_copies_and_lists_them_as_json(folder: Path) -> None:
    (entry,) = json.loads(on_paper(folder, "--copies", "2", "--json").stdout)["questionnaires"]
    assert entry["file"] == "paper/how-safe/de/rabet-1-2.pdf"
    assert (entry["pages"], entry["copies"], entry["first"], entry["scanned"]) == (4, 2, 1, True)
    assert (
        hashlib.sha256((folder / "out" / entry["file"]).read_bytes()).hexdigest()
        == (entry["sha256"])
    )


def test_paper_goes_on_where_the_last_sheets_ended(folder: Path, tmp_path: Path) -> None:
    result = on_paper(folder, "--first", "20", "--out", str(tmp_path / "later"))
    assert result.output == (
        f"In {tmp_path / 'later'}/paper: 1 file, 1 sheet.\n"
        "Print on both sides, at 100 %, turned at the long edge.\n"
    )
    assert (tmp_path / "later/paper/how-safe/de/rabet-20-20.pdf").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--copies", "21"], "has the sheets 1 to 20 of each questionnaire; for more, raise"),
        (["--first", "21"], "has the sheets 1 to 20"),
        (["--first", "20", "--copies", "2"], "has the sheets 1 to 20"),
        (["--copies", "0"], "0 is not in the range"),
        (["--survey", "here-now"], "here-now is not in the campaign; choose from how-safe"),
        (["--language", "vi"], "vi is not in the campaign"),
        (["--place", "moon"], "moon is not in the campaign"),
    ],
)
def test_paper_refuses_what_no_campaign_has(folder: Path, arguments: list[str], said: str) -> None:
    result = on_paper(folder, *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_paper_says_what_to_write_where_a_campaign_asks_nothing_on_paper(folder: Path) -> None:
    file = folder / "campaign.toml"
    text = re.sub(r"\[paper\]\n.*\n.*\n", "", file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    result = on_paper(folder)
    assert result.exit_code == 2
    assert "write a table [paper] with copies = 50" in " ".join(result.stderr.split())


def test_paper_for_handing_out_refuses_a_draft(folder: Path) -> None:
    result = run("paper", folder, "--language", "tr", "--place", "rabet", "--final")
    assert result.exit_code == 1
    assert "how-safe, on paper, tr, rabet" in result.stderr
    assert not list(folder.glob("out/**/*.pdf"))
