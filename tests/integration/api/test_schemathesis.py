"""What a machine that has read the OpenAPI document comes up with: nothing brings a 5xx, and every answer is as documented.

A short run here; ``make soak`` gives it more examples by KERBSIDE_SOAK.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from core.domain import commands as c
from core.domain.forward import Forward
from tests.examples import SOAK
from tests.served import Served

# A list that is too long may be too many bytes as well: then the size is what is refused.
SETTINGS = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
"""


@pytest.mark.timeout(3600 if SOAK else 600)
def test_schemathesis_finds_nothing(make_served: Callable[..., Served], monkeypatch: pytest.MonkeyPatch) -> None:
    # Its forwarding rules point at made-up machines: nothing of this leaves the test.
    nowhere = httpx.MockTransport(lambda request: httpx.Response(200))
    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **more: client(transport=nowhere, **more))
    served = make_served(**{"http.rate": 100_000.0, "http.burst": 1_000_000.0})

    def begin() -> None:
        served.rig.merchant()
        for driver_id in ("D-1", "D-2"):
            served.rig.driver(driver_id)
        served.rig.tick()
        served.rig.place("O-1")
        served.rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
        served.rig.do(c.SaveForward(forward=Forward("R-1", "all", "https://example.org/hook")))

    served.on_engine(begin)
    (served.folder / "schemathesis.toml").write_text(SETTINGS)
    words = [sys.executable, "-m", "schemathesis.cli", "run", f"{served.outside.address}/openapi.json"]
    words += ["-H", f"Authorization: Bearer {served.secret}", "--checks", "all", "--continue-on-failure"]
    # A body that fits the schema may still be refused, as by a promised time that has passed: 422 is then what is documented.
    words += ["--exclude-checks", "positive_data_acceptance", "--exclude-path", "/v1/events/stream"]  # it has no end
    words += ["--max-examples", "1000" if SOAK else "4", "--no-color", "--request-timeout", "120"] + (
        [] if SOAK else ["--seed", "1"]
    )
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(words, capture_output=True, text=True, cwd=served.folder, env=environment, check=False)
    assert done.returncode == 0, done.stdout[done.stdout.find("FAILURES") :][:9000] + done.stderr[-2000:]
    assert re.search(r"\b43 selected / 44 total|\b43/44\b", done.stdout)
    assert served.on_engine(lambda: served.rig.store.health.ok)
    served.rig.store.flush(10)
    assert served.rig.store.rebuild_check() == []
    print(done.stdout[-900:])
