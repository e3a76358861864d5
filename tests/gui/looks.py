"""Pictures of every panel and every dialog, to be looked at by a person: no test, and run by none.

``python tests/gui/looks.py FOLDER`` opens the console and writes a PNG for each. Panels show a simulated city some minutes on,
dialogs a fleet of one's own in the middle of a shift.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

SETTLE_S = 0.7
SIMULATED_MIN = 25.0
ON_THEIR_OWN = {"file.quit", "file.demo", "file.leave_demo", "help.logs", "map.pop_out", "map.wall", "view.float"}
"""These end the program or begin it anew, or open what stands beside the window."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--theme", default="light", choices=("light", "dark"))
    parser.add_argument("--language", default="en")
    parser.add_argument("--rtl", action="store_true", help="right to left, whatever the language")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--what", default="panels", choices=("panels", "dialogs", "empty"))
    parser.add_argument("--only", nargs="*", default=(), help="names that contain one of these")
    return parser.parse_args()


class Camera:
    def __init__(self, console: Any, args: argparse.Namespace) -> None:
        self.console, self.window, self.args = console, console.window, args

    async def settle(self, seconds: float = SETTLE_S) -> None:
        await asyncio.sleep(seconds)

    async def take(self, name: str) -> None:
        from PySide6.QtGui import QGuiApplication

        await self.settle()
        at = self.window.frameGeometry()
        picture = QGuiApplication.primaryScreen().grabWindow(0, at.x(), at.y(), at.width(), at.height())
        picture.save(str(self.args.folder / f"{name}.png"))

    def wanted(self, name: str) -> bool:
        return not self.args.only or any(part in name for part in self.args.only)

    # Panels

    async def panels(self) -> None:
        window, system = self.window, self.console.system
        began = system.clock.now()
        while system.clock.now() < began + 60 * SIMULATED_MIN:
            await self.settle()
        await self.some_of_everything()
        for name in window.docks:
            if self.wanted(name):
                window.open_dock(name)
                await self.show_something(name)
                await self.take(name)
        for name, act in (("what_if_open", "edit.what_if"), ("replay_open", "replay.open")):
            if self.wanted(name):
                window._actions[act].trigger()
                await self.settle(2.0)
                await self.take(name)
                window._actions["edit.what_if_drop" if name == "what_if_open" else "replay.live"].trigger()
                await self.settle()
        for name in ("planning", "trainer", "wall", "dispatch"):
            if self.wanted(f"layout_{name}"):
                window._actions[f"layout.{name}"].trigger()
                await self.take(f"layout_{name}")
        for front in ("drivers", "inspector", "orders"):
            window.open_dock(front)
        for count in ("two", "three"):
            if self.wanted(f"{count}_boards"):
                window.boards.go_to(window.orders)  # a board that stands beside already cannot be put there again
                window._actions["board.beside"].trigger()
                await self.take(f"{count}_boards")

    async def some_of_everything(self) -> None:
        from core.domain.commands import SaveArea, SaveForward, SaveProvider, SaveRules, TakeNote
        from core.domain.forward import Forward
        from core.domain.geo import LatLon
        from core.domain.merchant import Area
        from core.domain.provider import Provider, ProviderKind
        from core.domain.rules import Rule

        do, world = self.console.system.engine.execute, self.console.system.engine.world
        nobody = "http://127.0.0.1:9/orders"
        area = next(iter(world.areas), None)
        if not world.areas:
            at = self.console.city.centre
            ring = tuple(LatLon(at[0] + dy, at[1] + dx) for dy, dx in ((0, 0), (0, 0.02), (0.01, 0.02), (0.01, 0), (0, 0)))
            do(SaveArea(area=Area("quay", "Quay", ((ring,),))))
            area = "quay"
        do(SaveProvider(provider=Provider("swift", "Swift Couriers", ProviderKind.WEBHOOK, nobody, enabled=False)))
        do(SaveProvider(provider=Provider("nordic", "Nordic Bikes", ProviderKind.POLLING, nobody)))
        rules = (
            Rule("wet", {"weather": ["rain"]}, {"provider": "nordic"}, "Rain goes to Nordic", enabled=False),
            Rule("mix", {"area": [area]}, {"split": {"nordic": 30, "internal": 70}}, "A third of the old town", enabled=False),
        )
        do(SaveRules(rules=rules))
        do(SaveForward(forward=Forward("shop", "Shop system", "http://127.0.0.1:9/x", frozenset({"Delivered"}), {})))
        do(TakeNote(text="The lift in Corgate Road 12 is out of order: ring the neighbour"))

    async def show_something(self, name: str) -> None:
        """What a panel shows only once something is chosen."""
        window, world = self.window, self.console.system.engine.world
        if name in {"inspector", "history", "orders"}:
            order = next((o for o in world.open_orders() if o.driver_id is not None), None)
            if order is not None:
                window.orders.select([order.id])
        elif name in {"drivers", "timeline"} and world.routes:
            window.drivers.select([max(world.routes, key=lambda d: len(world.routes[d].stops))])
        elif name in window.managed and hasattr(window.managed[name], "view") and hasattr(window.managed[name], "model"):
            shown = getattr(window.managed[name].model, "shown", ())
            if shown:
                window.managed[name].view.select_ids([shown[0].id])

    async def empty(self) -> None:
        for name in self.window.docks:
            if self.wanted(name):
                self.window.open_dock(name)
                await self.take(f"empty_{name}")

    # Dialogs

    async def dialogs(self) -> None:
        from PySide6.QtWidgets import QDialog, QFileDialog
        from shiboken6 import isValid

        self.see_everyone()
        await self.some_of_everything()
        for name in self.window.managed:
            self.window.open_dock(name)
            await self.settle(0.2)
        for name in ("orders", "drivers", "inspector"):
            self.window.open_dock(name)
        await self.settle(2.0)
        async for key, action in self.able_actions():
            name = key.replace(".", "_")
            if not self.wanted(name):
                continue
            action.trigger()
            await self.settle(0.3)
            for n, dialog in enumerate([d for d in self.window.findChildren(QDialog) if d.isVisible()]):
                if not isinstance(dialog, QFileDialog):
                    await self.take(f"{name}_{n}" if n else name)
                    if callable(act := getattr(dialog, "act", None)) and self.args.only:
                        act()
                        await self.take(f"{name}_refused")
                if isValid(dialog):  # what was not refused is done, and its dialog gone
                    dialog.reject()
            self.window.finder.end()
        if self.wanted("finder"):
            for text in ("", "mill", "/"):
                self.window.finder.begin(text)
                await self.take(f"finder_{text.strip('/') or ('command' if text else 'empty')}")
                self.window.finder.end()
        if self.wanted("first_start"):
            from widgets.dialogs.first_start import FirstStartDialog

            first = FirstStartDialog(self.window)
            first.show()
            await self.take("first_start")
            first.reject()

    async def able_actions(self) -> AsyncIterator[tuple[str, Any]]:
        """Each action once, with an order of each kind or a driver chosen so that it can be done."""
        engine, deeds = self.console.system.engine, self.window._deeds
        orders: dict[str, str] = {}
        for order in engine.world.orders.values():
            orders.setdefault(order.status.value, order.id)
        tried: set[str] = set()
        for chosen in ("", *orders.values(), next(iter(engine.world.drivers))):
            for key, action in self.window._actions.items():
                deeds.selection.clear()
                if chosen in engine.world.orders:
                    deeds.selection.set_orders([chosen])
                elif chosen:
                    deeds.selection.set_driver(chosen)
                if key in tried or key in ON_THEIR_OWN or ("…" not in action.text() and not key.startswith("help.")):
                    continue
                for name, panel in self.window.managed.items():
                    if key.split(".")[0][:4] == name[:4] and getattr(getattr(panel, "model", None), "shown", ()):
                        self.window.open_dock(name)
                        panel.view.select_ids([panel.model.shown[0].id])
                if not action.isEnabled():
                    continue
                tried.add(key)
                yield key, action

    def see_everyone(self) -> None:
        """Nobody reports in a fleet that is made up: they are put where they would be."""
        import numpy as np

        from core.domain.events import FixesApplied
        from core.domain.reports import FixBatch

        engine = self.console.system.engine
        ids, now = list(engine.world.drivers), engine.clock.now()
        n, rng, home = len(ids), np.random.default_rng(1), self.console.city.centre
        at = np.column_stack((home[0] + rng.normal(0, 0.012, n), home[1] + rng.normal(0, 0.016, n)))
        still = np.zeros(n)
        fixes = FixBatch(ids, np.arange(n), np.full(n, now), at[:, 0], at[:, 1], still + 5.0, still, still)
        engine.bus.publish(FixesApplied(at=now, rows=engine.positions.apply(fixes, now), count=n))


def main() -> None:
    args = arguments()
    os.environ["QT_SCALE_FACTOR"] = args.scale
    args.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        _open(Path(name), args)
    os._exit(0)  # the processes of the web engine are not waited for


def _open(data: Path, args: argparse.Namespace) -> None:
    import qasync

    from app.benches.desk import prepare
    from app.console import Console
    from app.ground import Ground
    from app.simulated import Simulated
    from app.start import show_window

    if args.what == "dialogs":
        prepare(data, 0, 120, 300)
    direction = "right to left" if args.rtl else "as the language"
    settings = [f'theme = "{args.theme}"', f'language = "{args.language}"', f'direction = "{direction}"']
    (data / "settings.toml").write_text(
        "\n".join(['[mqtt]\nlisten = "127.0.0.1"\nport = 0', '[map]\ncity = "training"', "[window]", *settings]) + "\n"
    )
    ground = Ground(data, args.what == "panels")
    app, window = show_window(ground)
    width, height = (round(int(side) / float(args.scale)) for side in args.size.split("x"))
    window.setGeometry(0, 0, width, height)
    console = Console(window, data, Simulated(speed=60.0) if args.what == "panels" else None)
    camera = Camera(console, args)
    work: dict[str, Callable[[], Any]] = {"panels": camera.panels, "dialogs": camera.dialogs, "empty": camera.empty}

    async def live() -> None:
        await console.open(ground)
        window.setGeometry(0, 0, width, height)
        window.reset_layout()  # shared out for this size, and not for the screen's
        await work[args.what]()

    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        try:
            loop.run_until_complete(live())
        finally:
            console.close()
            window.close()


if __name__ == "__main__":
    main()
