import stat
from pathlib import Path

import pytest

from webapp.config import FOLDER, SettingError, from_environment, settings


def test_the_secret_is_drawn_once_and_for_its_owner_alone(folder: Path) -> None:
    first = settings(folder, environ={})
    assert len(first.secret) == 32
    assert settings(folder, environ={}).secret == first.secret
    assert stat.S_IMODE((folder / "instance" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "instance").stat().st_mode) == 0o700


def test_the_database_lies_in_the_folder_unless_the_environment_names_another(
    folder: Path,
) -> None:
    own = f"sqlite:///{folder}/instance/philos.sqlite"
    assert settings(folder, environ={}).database_url == own
    named = {"PHILOS_DATABASE_URL": "postgresql://db/philos"}
    assert settings(folder, environ=named).database_url == "postgresql://db/philos"


def test_made_up_answers_never_go_into_the_real_database(folder: Path) -> None:
    named = {"PHILOS_DATABASE_URL": "postgresql://db/philos"}
    trial = settings(folder, demo=True, environ=named)
    assert trial.database_url == f"sqlite:///{folder}/instance/demo.sqlite"


def test_a_worker_takes_its_settings_from_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(folder))
    assert from_environment() == settings(folder)
    monkeypatch.setenv("PHILOS_DEMO", "1")
    assert from_environment().demo


def test_no_web_server_in_front_is_trusted_unless_the_environment_says_how_many(
    folder: Path,
) -> None:
    assert settings(folder, environ={}).proxies == 0
    assert settings(folder, environ={"PHILOS_PROXIES": ""}).proxies == 0
    assert settings(folder, environ={"PHILOS_PROXIES": "2"}).proxies == 2


@pytest.mark.parametrize("said", ["one", "-1", "1.5", "٣", " 1", "9" * 5000])
@pytest.mark.parametrize("name", ["PHILOS_PROXIES", "PHILOS_PER_LINK", "PHILOS_WORKERS"])
def test_a_setting_that_is_no_whole_number_is_refused_in_a_sentence(
    folder: Path, name: str, said: str
) -> None:
    with pytest.raises(SettingError, match=rf"^{name} must be a whole number such as \d+; it is"):
        settings(folder, environ={name: said})
