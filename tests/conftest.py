"""What every test can use: services of their own, named people, the real data beside the project.

The services of a test session are separate from those of `make demo` and of any other session: a state root
of their own under a temporary folder, gone at the end. They are up before Django's settings are read, which
is why ``DJANGO_SETTINGS_MODULE`` is set here and not in ``pyproject.toml``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

# No wall clock decides a test, and a failure means change, not luck.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("house")

# Where this is set, as in many containers, each worker would rewrite the asserts of all tests again (eight seconds of
# work), and each process that tests start would compile all our files again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from simapp.stack.embedded import Attachment, addresses  # noqa: E402 - needs the path above
from simapp.stack.paths import StatePaths, state_root  # noqa: E402
from simapp.stack.place import away_candidates  # noqa: E402
from simapp.stack.process import ONE_THREAD  # noqa: E402
from simapp.stack.urls import with_redis_database  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

_hold: Attachment | None = None
_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the session's services (once, in the controlling process), then let Django read its settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        os.environ.update({name: os.environ.get(name, value) for name, value in ONE_THREAD.items()})
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ["SOCIARIUM_LOG_LEVEL"] = "WARNING"
        _start_services()
    elif worker.removeprefix("gw").isdigit():
        # Databases of PostgreSQL are told apart by pytest-django; those of Valkey have numbers.
        os.environ["REDIS_URL"] = with_redis_database(
            os.environ["REDIS_URL"], int(worker.removeprefix("gw")) + 1
        )
    # Runs of two test databases have the same numbers: their files must not meet.
    os.environ["SOCIARIUM_DATA"] = str(Path(os.environ["SOCIARIUM_STATE"]) / f"data-{worker or 'main'}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "simapp.settings"
    from django.conf import settings

    # Reading a setting configures Django; pytest-django then sets it up.
    if os.environ["REDIS_URL"] != settings.REDIS_URL:
        raise pytest.UsageError("Django's settings were read too early; unset DJANGO_SETTINGS_MODULE.")
    # Every test client builds its own middleware, which would read all static files each time; sites that tests
    # start are processes of their own and do it once, as in use.
    settings.WHITENOISE_AUTOREFRESH = True
    from tests import emptying

    emptying.install()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before workers are started: in them pytest-django would read settings before this file is loaded."""
    if getattr(session.config.option, "numprocesses", None) and not os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def _start_services() -> None:
    global _hold, _folder  # noqa: PLW0603 - one per session, and pytest's hooks share nothing else
    state = state_root()
    data = Path(os.environ.get("SOCIARIUM_DATA") or state / "data")
    encoded = Path(os.environ.get("SOCIARIUM_EMBEDDINGS") or data / "embeddings")
    _folder = Path(tempfile.mkdtemp(prefix="sociarium-test-"))
    _folder.chmod(0o711)
    os.environ["SOCIARIUM_STATE"] = str(_folder / "var")
    os.environ["SOCIARIUM_UNSAFE_FAST"] = "1"
    # A text is encoded once, ever, in use too: not again by each test that has a data folder of its own, nor by each
    # process that it starts, which would load torch for that. What encodes is tested with folders given by hand.
    os.environ["SOCIARIUM_EMBEDDINGS"] = str(_folder / "embeddings")
    # `make setup` has encoded the texts of the gallery, of which most scenarios of tests are made.
    _copy_vectors(encoded, _folder / "embeddings")
    found = addresses()
    if found.embedded:
        _hold = Attachment(StatePaths.here())
        _hold.attach()
    os.environ.update(found.environment())


def _copy_vectors(held: Path, target: Path) -> None:
    """Copy files of encoded texts; a running site may be merging them, and what is missed is encoded again."""
    for path in sorted(held.glob("*/*.vectors")):
        copy = target / path.relative_to(held)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(path, copy)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell of a failure when it happens: a session that is stopped before its end has then said what failed."""
    if report.failed and not os.environ.get("PYTEST_XDIST_WORKER"):
        print(f"\n{report.outcome} in {report.when}: {report.nodeid}\n{report.longreprtext}", flush=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Also reached after Ctrl-C. After a kill the keeper notices by itself that nobody is left."""
    global _hold, _folder  # noqa: PLW0603
    if _hold is not None:
        _hold.release()
        _hold = None
    if _folder is not None:
        remove_state(_folder / "var")
        shutil.rmtree(_folder, ignore_errors=True)
        _folder = None


def remove_state(state: Path) -> None:
    """Remove a test's state root with everything that belongs to it elsewhere."""
    paths = StatePaths(state)
    for folder in (paths.sockets, *away_candidates(paths), state):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the checkout; a test that needs them is skipped where they are not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data (../shared/data) are not on this machine")
    return folder


@pytest.fixture
def child_environment(db: Any) -> dict[str, str]:
    """The environment of a child process that is to use this test's database and broker."""
    from urllib.parse import quote

    from django.conf import settings
    from django.db import connection

    used = connection.settings_dict
    port = f":{used['PORT']}" if used["PORT"] else ""
    person = quote(used["USER"], safe="") + (
        f":{quote(used['PASSWORD'], safe='')}" if used["PASSWORD"] else ""
    )
    url = f"postgresql://{person}@{quote(used['HOST'], safe='')}{port}/{used['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "PYTHONPATH": str(ROOT)}


def _member(name: str, **flags: bool) -> Any:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import get_hasher

    made = get_user_model()(username=name, email=f"{name}@example.org", **flags)
    made.password = _hashed("a long pass phrase 7", get_hasher().algorithm)
    made.save()
    return made


@lru_cache
def _hashed(phrase: str, algorithm: str) -> str:
    """A pass phrase as the chosen hasher stores it. The real one takes 0.2 s on purpose, so each is used once."""
    from django.contrib.auth.hashers import make_password

    return make_password(phrase)


@pytest.fixture
def owner(db: Any) -> Any:
    """A member who owns what the test makes."""
    return _member("olive-owner")


@pytest.fixture
def member(db: Any) -> Any:
    """A signed-up member who owns nothing."""
    return _member("max-member")


@pytest.fixture
def stranger(db: Any) -> Any:
    """A member without any relation to what the test makes."""
    return _member("sami-stranger")


@pytest.fixture
def admin_member(db: Any) -> Any:
    """A member who may enter the admin site and do everything there."""
    return _member("ada-admin", is_staff=True, is_superuser=True)


@pytest.fixture(autouse=True)
def _environment_is_put_back() -> Iterator[None]:
    """Working folder and environment are put back after each test."""
    folder, environment = Path.cwd(), dict(os.environ)
    yield
    os.chdir(folder)
    if dict(os.environ) != environment:
        for name in set(os.environ) - set(environment):
            del os.environ[name]
        os.environ.update(environment)
