"""What can be typed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from app import VERSION
from core.domain.causes import cause
from core.domain.errors import KerbsideError
from core.matching.profiles import PROFILES


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"kerbside: {_one_line(message)}. See: {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="main.py", description="Kerbside, the dispatcher's console for last-mile delivery.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder; by default the platform's own place")
    parser.add_argument("--verbose", action="store_true", help="log to the terminal as well")
    parser.add_argument("--version", action="version", version=f"Kerbside {VERSION}", help="say which version this is")
    # The same once more behind the command; what is not given there leaves what stood before it.
    common = _Parser(add_help=False)
    common.add_argument("--data", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="data folder")
    common.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help="log to the terminal as well")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    demo = commands.add_parser("demo", parents=[common], help="a simulated city, offline", description="The offline demo.")
    demo.add_argument("--city", type=Path, metavar="FILE", help="a city file made by import; by default the training city")
    demo.add_argument("--speed", type=_between(0.1, 60), default=20.0, help="times real time, up to 60 (default 20)")
    demo.add_argument("--seed", type=_whole(0), default=1)
    demo.add_argument("--drivers", type=_whole(1, 5000), default=60)
    demo.add_argument("--orders-per-hour", type=_between(0, 100_000), default=300.0)
    demo.add_argument("--headless", action="store_true", help="no window and no wait")
    demo.add_argument("--minutes", type=_between(0.1, 10_000), default=30.0, help="simulated minutes of a headless run")
    demo.add_argument("--mqtt", action="store_true", help="a headless run through the embedded broker")
    demo.add_argument("--report", type=Path, metavar="FILE", help="write an HTML report that opens with no network")
    demo.add_argument("--screenshot", type=Path, metavar="FILE", help="save a picture of the window and end")
    demo.add_argument("--json", action="store_true")

    demo.add_argument("--scenario", metavar="NAME", help="an exercise: quiet-start, friday-rush or everything-at-once")
    demo.add_argument("--profile", choices=list(PROFILES), help="what the matcher strives for")
    demo.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help="a setting of a headless run, as settings.toml names it; repeatable"
    )

    soak = commands.add_parser(
        "soak", parents=[common], help="a day of the demo at full load: memory, cycle times and every order accounted for"
    )
    soak.add_argument("--hours", type=_between(0.1, 168), default=24.0)
    soak.add_argument("--seed", type=_whole(0), default=1)
    soak.add_argument("--drivers", type=_whole(1, 5000), default=400)
    soak.add_argument("--orders-per-hour", type=_between(0, 100_000), default=1000.0)
    soak.add_argument("--profile", choices=list(PROFILES), help="what the matcher strives for")
    soak.add_argument("--json", action="store_true")

    replay = commands.add_parser(
        "replay",
        parents=[common],
        help="a recorded day (.db): its figures; a recorded matching cycle (.cycle): played again",
        description="Prints the figures of a recorded day from its database, which stays as it is. "
        "Plays a recorded cycle of the matcher again, from its own file, and says whether it decides the same. "
        "Cycles lie beside the database, in a folder *.cycles; the city file they were matched in has to be there.",
    )
    replay.add_argument("file", type=Path, metavar="FILE", help="a database or a .cycle file")
    replay.add_argument("--day", metavar="YYYY-MM-DD", help="of a database, the orders placed on that day alone")
    replay.add_argument("--city", type=Path, metavar="FILE", help="where the city file is now")
    replay.add_argument("--json", action="store_true")

    estimate = commands.add_parser(
        "estimate", parents=[common], help="how good the estimates of preparation and stop times are, on held-out days"
    )
    estimate.add_argument("--database", type=Path, metavar="FILE", help="by default that of the data folder")
    estimate.add_argument("--json", action="store_true")

    serve = commands.add_parser("serve", parents=[common], help="the core without a window")
    serve.add_argument("--broker", metavar="ADDRESS", help="embedded, mqtt://host:1883 or mqtts://host:8883")

    serve.add_argument("--http", metavar="HOST:PORT", help="answer other systems there, for example 127.0.0.1:8080")

    key = commands.add_parser("key", parents=[common], help="keys with which other systems use the HTTP interface")
    verbs = key.add_subparsers(dest="verb", metavar="VERB", required=True)
    make = verbs.add_parser("make", parents=[common], help="make a key; it is shown this once")
    make.add_argument("name", metavar="NAME", help="whose it is")
    make.add_argument(
        "--scopes",
        default="orders:read,orders:write",
        metavar="A,B",
        help="what it may do (default orders:read,orders:write); all",
    )
    make.add_argument("--json", action="store_true")
    listed = verbs.add_parser("list", parents=[common], help="the keys there are")
    listed.add_argument("--json", action="store_true")
    revoke = verbs.add_parser("revoke", parents=[common], help="have a key open nothing any more")
    revoke.add_argument("id", metavar="ID")

    broker = commands.add_parser(
        "broker", parents=[common], help="write what a mosquitto of one's own needs: users, rules, settings"
    )
    broker.add_argument("folder", type=Path, metavar="FOLDER", help="where password_file, acl_file and mosquitto.conf go")
    broker.add_argument("--port", type=int, default=1883, metavar="N", help="where it listens (default 1883)")
    broker.add_argument(
        "--user", metavar="NAME", help="whom mosquitto becomes when root starts it (default: who writes the files)"
    )

    backup = commands.add_parser("backup", parents=[common], help="save everything into one file, also while it runs")
    backup.add_argument("file", nargs="?", type=Path, metavar="FILE", help="by default a new one in the folder backups")
    backup.add_argument("--json", action="store_true")
    restore = commands.add_parser("restore", parents=[common], help="go back to what a backup holds")
    restore.add_argument("file", type=Path, nargs="?", metavar="FILE", help="by default the newest backup in the data folder")
    restore.add_argument("--json", action="store_true")

    take = commands.add_parser(
        "import",
        parents=[common],
        help="OSM extracts (.pbf), areas (.geojson), experiments (.toml), drivers, merchants, orders (.csv)",
    )
    take.add_argument("files", nargs="+", type=Path, metavar="FILE")
    take.add_argument("--json", action="store_true")

    mdrp = commands.add_parser("mdrp", parents=[common], help="play public meal-delivery instances (Grubhub's MDRP)")
    mdrp.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="an instance, or a folder of instances")
    mdrp.add_argument("--solutions", type=Path, metavar="OUT", help="write the files of the official evaluator to OUT/NAME")
    mdrp.add_argument("--json", action="store_true")

    bench = commands.add_parser("bench", parents=[common], help="measure a part of the program")
    bench.add_argument("name", nargs="?", metavar="NAME")
    bench.add_argument("--scale", type=_between(0.01, 100), default=1.0, help="times the usual size (default 1)")
    bench.add_argument("--list", action="store_true", help="the names")
    bench.add_argument("--json", action="store_true")
    load = bench.add_argument_group("with ingest: the whole console, window and all, under the load of 50,000 drivers")
    load.add_argument("--minutes", type=_between(0.1, 1440), metavar="N", help="for so long")
    load.add_argument("--active", type=_between(0, 100), default=20.0, metavar="PERCENT", help="of them on an order")
    load.add_argument(
        "--times", type=_between(0.1, 100), default=1.0, metavar="N", help="so many times as often as phones send"
    )
    bench.add_argument("--drivers", type=_whole(6, 100_000), metavar="N", help="of the matching bench (1000)")
    bench.add_argument("--orders", type=_whole(6, 100_000), metavar="N", help="of the matching bench (2000)")
    bench.add_argument("--boards", type=_whole(1, 7), metavar="N", help="of the desk bench, beside one another (3)")
    bench.add_argument("--peer-seconds", type=_between(1, 3600), metavar="S", help="for CP-SAT in the matching bench (60)")
    return parser


def _one_line(text: str) -> str:
    """A file's name may hold anything, a line break among it."""
    return " ".join(text.split())


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def _between(low: float, high: float) -> Callable[[str], float]:
    def check(text: str) -> float:
        value = _number(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text.strip()} is not between {low:g} and {high:g}")
        return value

    return check


def _whole(low: int, high: int = 2**31) -> Callable[[str], int]:
    def check(text: str) -> int:
        value = _number(text)
        if not low <= value <= high or value != int(value):
            raise argparse.ArgumentTypeError(f"{text.strip()} is no whole number from {low} to {high}")
        return int(value)

    return check


def run(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return the exit code."""
    args = build_parser().parse_args(argv)
    try:
        match args.command:
            case "demo" if args.headless:
                from app.cli.headless import run_demo

                return run_demo(args)
            case "soak":
                from app.cli.soak import run_soak

                return run_soak(args)
            case "replay":
                from app.cli.replay import run_replay

                return run_replay(args)
            case "estimate":
                from app.cli.estimate import run_estimate

                return run_estimate(args)
            case "serve":
                from app.cli.serve import run_serve

                return run_serve(args)
            case "key":
                from app.cli.keys import run_key

                return run_key(args)
            case "broker":
                from app.cli.broker import run_broker

                return run_broker(args)
            case "backup":
                from app.cli.backup import run_backup

                return run_backup(args)
            case "restore":
                from app.cli.backup import run_restore

                return run_restore(args)
            case "import":
                from app.cli.importing import run_import

                return run_import(args)
            case "mdrp":
                from app.cli.mdrp import run_mdrp

                return run_mdrp(args)
            case "bench":
                from app.cli.bench import run_bench

                return run_bench(args)
            case _:
                from app.start import run_console

                return run_console(args)
    except KerbsideError as error:
        print(f"kerbside: {_one_line(str(error))}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.filename is None:
            raise
        print(f"kerbside: {error.filename} can't be used: {cause(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
