import gc
import subprocess
import sys
from unittest.mock import Mock

import pytest

from surveys.storage import Storage
from tests.webapp.conftest import code
from webapp import service
from webapp.app import worker
from webapp.config import FOLDER, Settings


def test_a_worker_is_ready_for_the_campaign_that_it_was_handed_and_seldom_collects_garbage(
    chosen: Settings, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(chosen.folder))
    before = gc.get_threshold()
    try:
        app = worker()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > before[0]
        # as many threads would read the catalogues as meet the first respondents
        monkeypatch.setattr(service, "gaps", Mock(side_effect=AssertionError))
        page = app.test_client().get(f"/{code('de')}")
        assert page.status_code == 200
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        app.extensions["philos"].storage.close()


def test_a_process_that_serves_pages_does_not_load_what_none_of_them_needs() -> None:
    """Each worker would take 50 MB more, and a second more to be there again."""
    script = "import sys, webapp.app; print(*({*sys.argv[1:]} & sys.modules.keys()))"
    heavy = ("weasyprint", "scipy", "numpy", "openpyxl", "pandas")
    said = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, check=True)
    assert said.stdout.split() == []
