"""Jobs in the background: their turn, their end, whatever ends them."""

import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.storage import StorageError
from translations.errors import Fault
from webapp import jobs as working
from webapp import running
from webapp.config import DEMO
from webapp.jobs import DAY, HOME, KEPT, MOST_QUEUED, Job, Jobs, QueueFullError, Status

# A program that behaves as `philos` does, and otherwise as its first argument says
PROGRAM = """
import json, os, pathlib, signal, subprocess, sys, time
_, folder, *options = sys.argv[1:]
folder = pathlib.Path(folder)
wish = options[-1].removeprefix("--topic=")
print("0/2", file=sys.stderr)
if wish == "wait":
    if "--stubborn" in options:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (folder / "helper").write_text(str(helper.pid))
    with open(folder / "begun", "w"):
        pass
    time.sleep(600)
if wish == "refuse":
    sys.exit("A text is not reviewed.")
if wish == "explain":
    print(json.dumps({"faults": [{"sentence": "No.", "kind": "unreviewed", "values": {"n": 1}}]}))
    sys.exit("No.")
if wish == "misuse":
    print("Usage: philos print [DIR]\\n\\nError: No such place.", file=sys.stderr)
    sys.exit(2)
if wish == "break":
    raise RuntimeError(wish)
if wish == "silent":
    sys.exit(3)
file = folder / "out" / "a.pdf"
file.parent.mkdir(exist_ok=True)
draft = file.with_suffix(".part")
told = (os.environ.get(name, "") for name in ("PHILOS_DATABASE_URL", "PHILOS_DEMO"))
draft.write_text(wish + "".join(told))
draft.replace(file)
print("2/2", file=sys.stderr)
print(json.dumps({"sheets": [{"topic": wish, "file": "a.pdf"}]}))
"""


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Jobs of a stand-in for `philos`, which nobody starts to do but the test."""
    program = tmp_path / "philos.py"
    program.write_text(PROGRAM, "utf-8")
    monkeypatch.setattr(working, "PHILOS", (sys.executable, str(program)))
    monkeypatch.setattr(Jobs, "see_to_it", lambda _: None)
    return Jobs(tmp_path)


def ask(jobs: Jobs, topic: str = "a", *more: str) -> str:
    return jobs.ask("print", [*more, f"--topic={topic}"], by="anna")


def status(jobs: Jobs, name: str) -> Status:
    job = jobs.find(name)
    assert job is not None
    return job.status


@contextmanager
def at_work(jobs: Jobs) -> Iterator[Callable[[], None]]:
    """Work in a thread; yield what waits until a job that waits has begun."""
    os.mkfifo(jobs.campaign / "begun")
    thread = threading.Thread(target=jobs.work)
    thread.start()
    yield lambda: (jobs.campaign / "begun").open().close()
    thread.join()


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_job_tells_its_steps_and_keeps_what_it_made(jobs: Jobs) -> None:
    name = ask(jobs)
    assert status(jobs, name) is Status.QUEUED
    jobs.work()
    job = jobs.find(name)
    assert job
    assert (job.status, job.state.done, job.state.total) == (Status.DONE, 2, 2)
    assert job.state.files == ({"topic": "a", "file": "a.pdf"},)
    made = jobs.file(job, 0)
    assert made
    assert made.read_text() == "a"
    assert jobs.file(job, 1) is jobs.file(job, -1) is None
    folder = jobs.campaign / HOME / name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_a_job_made_stays_when_the_next_one_prints_anew(jobs: Jobs) -> None:
    names = [ask(jobs, topic) for topic in ("a", "b")]
    jobs.work()
    found = [jobs.find(name) for name in names]
    contents = [path.read_text() for job in found if job and (path := jobs.file(job, 0))]
    assert contents == ["a", "b"]
    assert (jobs.campaign / "out" / "a.pdf").read_text() == "b"


def test_files_are_copied_where_a_disk_knows_no_second_names(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    name = ask(jobs)
    jobs.work()
    job = jobs.find(name)
    assert job
    made = jobs.file(job, 0)
    assert made
    assert made.read_text() == "a"


def test_a_job_that_prints_results_learns_where_they_are(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHILOS_DATABASE_URL", "postgresql://anna:secret@host/answers")
    monkeypatch.setenv("PHILOS_DEMO", "1")
    ask(jobs)
    jobs.work()
    said = (jobs.campaign / "out" / "a.pdf").read_text()
    assert said == "apostgresql://anna:secret@host/answers1"


def test_the_same_is_asked_for_once_as_long_as_it_waits(jobs: Jobs) -> None:
    first = ask(jobs)
    assert ask(jobs) == first
    assert ask(jobs, "b") != first
    jobs.work()
    assert ask(jobs) != first


def test_what_failed_by_its_key_is_not_tried_again_and_what_crashed_is(jobs: Jobs) -> None:
    for topic, again in (("refuse", False), ("break", True), ("a", True)):
        arguments = [f"--topic={topic}"]
        first = jobs.ask("gallery", arguments, by="", key="state")
        jobs.work()
        assert (jobs.ask("gallery", arguments, by="", key="state") != first) is again


def test_there_is_a_most_that_can_wait(jobs: Jobs) -> None:
    for number in range(MOST_QUEUED):
        ask(jobs, str(number))
    with pytest.raises(QueueFullError):
        ask(jobs, "one more")


def test_jobs_take_turns_and_a_second_worker_leaves_them_to_the_first(jobs: Jobs) -> None:
    first, second = ask(jobs, "wait"), ask(jobs)
    with at_work(jobs) as begun:
        begun()
        Jobs(jobs.campaign).work()  # returns at once
        assert (status(jobs, first), status(jobs, second)) == (Status.RUNNING, Status.QUEUED)
        jobs.cancel(first)
    assert (status(jobs, first), status(jobs, second)) == (Status.CANCELLED, Status.DONE)


def test_a_worker_waits_for_one_who_is_only_looking(jobs: Jobs) -> None:
    name = ask(jobs)
    (jobs.campaign / HOME / "turn").touch()
    with (jobs.campaign / HOME / "turn").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread = threading.Thread(target=jobs.work)
        thread.start()
        thread.join(0.1)
    thread.join()
    assert status(jobs, name) is Status.DONE


@pytest.mark.parametrize("options", [(), ("--stubborn",)])
def test_a_job_that_is_cancelled_ends_with_all_its_helpers(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setattr(running, "GRACE", 0.2)
    name = ask(jobs, "wait", *options)
    with at_work(jobs) as begun:
        begun()
        jobs.cancel(name)
    assert status(jobs, name) is Status.CANCELLED
    assert not is_alive(int((jobs.campaign / "helper").read_text()))


def test_a_job_that_is_cancelled_before_its_turn_never_runs(jobs: Jobs) -> None:
    name = ask(jobs)
    jobs.cancel(name)
    assert status(jobs, name) is Status.CANCELLED
    jobs.work()
    assert status(jobs, name) is Status.CANCELLED
    assert not (jobs.campaign / "out").exists()


def test_a_job_whose_process_is_killed_has_crashed_and_the_next_one_runs(jobs: Jobs) -> None:
    first, second = ask(jobs, "wait"), ask(jobs)
    with at_work(jobs) as begun:
        begun()
        job = jobs.find(first)
        assert job
        assert job.state.pid
        os.kill(job.state.pid, signal.SIGKILL)
    assert (status(jobs, first), status(jobs, second)) == (Status.CRASHED, Status.DONE)
    assert not is_alive(int((jobs.campaign / "helper").read_text()))


def test_a_job_whose_worker_was_killed_has_crashed(jobs: Jobs) -> None:
    name = ask(jobs)
    state = jobs.campaign / HOME / name / "state.json"
    said = json.loads(state.read_text())
    state.write_text(json.dumps(said | {"status": "running", "pid": 1}))
    assert status(jobs, name) is Status.CRASHED
    ask(jobs, "b")
    jobs.work()
    assert json.loads(state.read_text())["status"] == "crashed"


def test_each_end_of_a_print_is_told_once_whatever_ended_it(jobs: Jobs) -> None:
    told: list[tuple[str, Status]] = []
    left = ask(jobs, "left")
    state = jobs.campaign / HOME / left / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"status": "running"}))
    names = [ask(jobs, topic) for topic in ("a", "refuse", "break", "unwanted")]
    jobs.cancel(names[-1])
    jobs.ask("gallery", [], by="", key="x")
    for _ in range(2):
        jobs.work(lambda job: told.append((job.id, job.status)))
    ends = (Status.CRASHED, Status.DONE, Status.FAILED, Status.CRASHED, Status.CANCELLED)
    assert sorted(told) == sorted(zip([left, *names], ends, strict=True))


@pytest.mark.parametrize("error", [StorageError("The database cannot be used."), OSError("full")])
def test_what_cannot_be_told_is_told_the_next_time_and_holds_nothing_up(
    jobs: Jobs, error: Exception
) -> None:
    told: list[str] = []

    def fail(_: Job) -> None:
        raise error

    names = [ask(jobs, topic) for topic in ("a", "b")]
    jobs.work(fail)
    assert {status(jobs, name) for name in names} == {Status.DONE}
    jobs.work(lambda job: told.append(job.id))
    assert told == names


def test_the_end_of_a_print_is_told_in_the_log_of_the_base_it_was_asked_for_in(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    real, old = ask(jobs, "a"), ask(jobs, "b")
    asked = jobs.campaign / HOME / old / "asked.json"
    older = json.loads(asked.read_text())
    del older["trial"]
    asked.write_text(json.dumps(older))
    with monkeypatch.context() as patch:
        patch.setenv(DEMO, "1")
        trial = ask(jobs, "c")
        jobs.work(lambda job: told.append(job.id))
        assert told == [trial]
    jobs.work(lambda job: told.append(job.id))
    assert told == [trial, real]


def test_a_job_that_was_killed_has_ended_with_its_last_step(jobs: Jobs) -> None:
    name = ask(jobs)
    state = jobs.campaign / HOME / name / "state.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"status": "running"}))
    os.utime(state, (1_000_000_000, 1_000_000_000))
    ends: list[float] = []
    jobs.work(lambda job: ends.append(jobs.ended(job)))
    assert ends == [1_000_000_000]


def test_a_job_has_ended_when_it_was_cancelled_or_came_to_its_end(jobs: Jobs) -> None:
    names = [ask(jobs, topic) for topic in ("a", "b")]
    jobs.cancel(names[0])
    jobs.work()
    for name, last in zip(names, ("cancel", "state.json"), strict=True):
        os.utime(jobs.campaign / HOME / name / last, (2_000_000_000, 2_000_000_000))
        job = jobs.find(name)
        assert job
        assert jobs.ended(job) == 2_000_000_000


@pytest.mark.parametrize(
    ("topic", "ended", "said"),
    [
        ("refuse", Status.FAILED, "A text is not reviewed."),
        ("misuse", Status.FAILED, "No such place."),
        ("break", Status.CRASHED, ""),
        ("silent", Status.CRASHED, ""),
    ],
)
def test_an_end_is_told_in_sentences_or_as_a_crash(
    jobs: Jobs, topic: str, ended: Status, said: str
) -> None:
    name = ask(jobs, topic)
    jobs.work()
    job = jobs.find(name)
    assert job
    faults = (Fault(sentence=said),) if said else ()
    assert (job.status, job.state.faults) == (ended, faults)


def test_what_a_command_says_of_its_faults_is_kept(jobs: Jobs) -> None:
    name = ask(jobs, "explain")
    jobs.work()
    job = jobs.find(name)
    assert job
    assert job.state.faults == (Fault(sentence="No.", kind="unreviewed", values={"n": 1}),)


@given(st.text() | st.sampled_from(["", ".", "..", "../../campaign.toml", "a" * 32, "A" * 32]))
def test_no_other_name_is_a_job(name: str) -> None:
    assert Jobs(Path("/")).find(name) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"command": "print"}', "\x00"])
def test_a_folder_that_is_damaged_is_no_job(jobs: Jobs, content: str) -> None:
    name = ask(jobs)
    (jobs.campaign / HOME / name / "asked.json").write_text(content)
    assert jobs.find(name) is None
    assert jobs.all() == []


def test_what_ended_long_ago_is_deleted_and_what_waits_is_not(jobs: Jobs) -> None:
    name = ask(jobs)
    jobs.work()
    waiting = ask(jobs, "b")
    end = (jobs.campaign / HOME / name / "state.json").stat().st_mtime
    jobs.clean(end + KEPT - 1)
    assert jobs.find(name)
    jobs.clean(end + KEPT + 1)
    assert jobs.find(name) is None
    assert not (jobs.campaign / HOME / name).exists()
    assert status(jobs, waiting) is Status.QUEUED


def test_the_oldest_go_where_all_are_too_large(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [ask(jobs, topic) for topic in ("a", "b", "c")]
    jobs.work()
    files = [path for path in (jobs.campaign / HOME / names[0]).rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    monkeypatch.setattr(working, "LARGEST", 2.5 * size)
    jobs.clean()
    assert [jobs.find(name) is None for name in names] == [True, False, False]


def test_the_rest_of_a_run_that_was_killed_is_cleared_away_after_a_day(jobs: Jobs) -> None:
    staging = jobs.campaign / "out" / ".printing-x"
    staging.mkdir(parents=True)
    jobs.clean(staging.stat().st_mtime + DAY - 1)
    assert staging.exists()
    jobs.clean(staging.stat().st_mtime + DAY + 1)
    assert not staging.exists()


def test_one_worker_is_started_where_somebody_waits_however_long_it_takes_to_start(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    class Started:
        def __init__(self, arguments: list[str], **options: Any) -> None:
            (turn,) = options["pass_fds"]
            assert arguments[-3:] == ["work", str(jobs.campaign), f"--turn={turn}"]
            assert options["start_new_session"]
            started.append(os.dup(turn))  # as a child process has it

        def wait(self) -> None:
            pass

    monkeypatch.undo()
    monkeypatch.setattr(subprocess, "Popen", Started)
    names = [ask(jobs)]
    jobs.see_to_it()
    names.append(ask(jobs, "b"))
    assert len(started) == 1
    monkeypatch.undo()
    monkeypatch.setattr(working, "PHILOS", (sys.executable, str(jobs.campaign / "philos.py")))
    jobs.work(given=started[0])
    assert [status(jobs, name) for name in names] == [Status.DONE, Status.DONE]
    with (jobs.campaign / HOME / "turn").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the turn is over


def test_a_worker_is_started_where_nobody_was_told_of_an_end(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Mock()
    jobs.cancel(ask(jobs))
    monkeypatch.undo()
    monkeypatch.setattr(subprocess, "Popen", start)
    jobs.see_to_it()
    jobs.work()
    jobs.see_to_it()
    start.assert_called_once()


def test_what_was_asked_for_is_kept_as_it_was(jobs: Jobs) -> None:
    left_out = [{"topic": "ä\n", "format": "card"}]
    name = jobs.ask(
        "print",
        ["--topic=ä\n", "--final"],
        by="änne",
        wishes={"topic": ["ä\n"]},
        left_out=left_out,
        waiting=["results"],
    )
    job = jobs.find(name)
    assert job
    said = asdict(job.asked)
    assert said.pop("at")
    assert said == {
        "command": "print",
        "arguments": ["--topic=ä\n", "--final"],
        "by": "änne",
        "wishes": {"topic": ["ä\n"]},
        "left_out": left_out,
        "waiting": ["results"],
        "key": "",
        "trial": False,
    }
