"""Nobody's page waits for libraries: the server has them when it opens."""

from __future__ import annotations

import subprocess
import sys

from simapp.web.ahead import NEEDED


def test_a_started_server_has_what_single_pages_need(project_root) -> None:
    code = (
        "import sys, threading, simapp.asgi\n"
        "for thread in threading.enumerate():\n"
        "    if thread.name == 'load-ahead': thread.join()\n"
        f"assert not set({NEEDED!r}) - set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=project_root, check=True, timeout=120)
