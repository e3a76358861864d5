"""What a driver's phone needs to join: a code to scan, and the same as text."""

from __future__ import annotations

import json

from core.domain.driver import App, Driver
from core.messaging import topics
from core.messaging.credentials import Credentials, qr_png


def phone_code(driver: Driver, credentials: Credentials, host: str, port: int, tls: bool) -> tuple[bytes, str]:
    """A QR code (PNG, one pixel a module) and its text. The driver gets a password where there is none yet."""
    credentials.ensure([driver.id])
    if driver.app is App.OWNTRACKS:
        url = credentials.owntracks_config_url(driver, host, port, tls)
        text = json.dumps(credentials.owntracks_config(driver, host, port, tls), indent=1)
        return qr_png(url, 1), text
    config = {
        "broker": f"{'mqtts' if tls else 'mqtt'}://{host}:{port}",
        "user": driver.id,
        "password": credentials.secret(driver.id),
        "topics": f"{topics.PREFIX}/drivers/{driver.id}/",
    }
    return qr_png(json.dumps(config), 1), json.dumps(config, indent=1)
