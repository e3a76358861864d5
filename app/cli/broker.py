"""`broker`: what a mosquitto needs to know of this fleet, written into a folder for it."""

from __future__ import annotations

import argparse
import getpass

from core.domain.errors import BadInput
from core.messaging.credentials import Credentials
from core.settings import Settings
from core.storage.folder import CREDENTIALS, SETTINGS, data_path


def run_broker(args: argparse.Namespace) -> int:
    """Read the passwords of the data folder, also while the program runs, and write them as hashes.

    Raises BadInput where there is no fleet yet, or where the files can't be written.
    """
    path = data_path(args.data)
    if not (path / CREDENTIALS).exists():
        raise BadInput(f"there is no fleet in {path} yet: set one up first, or name its folder with --data")
    if not 0 < args.port < 65_536:
        raise BadInput(f"{args.port} is no port: choose one from 1 to 65535")
    credentials = Credentials(path / CREDENTIALS, Settings.load(path / SETTINGS).text("mqtt.user"))
    try:
        conf = credentials.mosquitto_files(args.folder, args.port, args.user or getpass.getuser())
    except OSError as error:
        raise BadInput(f"{args.folder} can't be written ({error.strerror}): choose another folder") from None
    print(
        f"kerbside: written for {len(credentials.names())} users\n"
        f"start the broker with: mosquitto -c {conf}\n"
        f"name it in the settings: mqtt.broker = mqtt://HOST:{args.port}\n"
        "after drivers were added, do this again and send mosquitto SIGHUP"
    )
    return 0
