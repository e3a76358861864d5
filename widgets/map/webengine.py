"""What Qt WebEngine needs before the program's QApplication exists."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWebEngineCore import QWebEngineUrlScheme

from core.domain.errors import KerbsideError

SCHEME = b"kerbside"
ROOMY_BYTES = 256 << 20

HARMLESS_WARNINGS = (
    r"Failed to load vulkan",
    r"does not support createPlatformVulkanInstance",
    r"QVulkanInstance: Failed to initialize",
    r"initInstance: No Vulkan library available",
    r"Failed to create platform Vulkan instance",
    r"Unable to detect GPU vendor",
    r"GPUInfo not initialized",
    r"QRhiGles2: Failed to create",
    r"Failed to create RHI for backend",
    r"QXcbIntegration: Cannot create platform",
    r"GLX: No XCB Connection",
)
"""Patterns of Qt's warnings where a machine has no graphics card: the map is drawn by the processor then, as it should be."""

_log = logging.getLogger(__name__)


def prepare() -> None:
    """Register the map's URL scheme and set the renderer up for this machine. Call before QApplication; twice does no harm.

    Flags of the user's own in QTWEBENGINE_CHROMIUM_FLAGS are kept, and QT_QUICK_BACKEND is left alone where it is set.
    Raises KerbsideError when called too late.
    """
    if QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME:
        return
    if QCoreApplication.instance() is not None:
        raise KerbsideError("the map's web engine has to be prepared before the program's window system starts")
    _register_scheme()
    card = _has_graphics_card()
    if not card:
        os.environ.setdefault("QT_QUICK_BACKEND", "software")
    flags = chromium_flags(
        os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", ""),
        sandbox=not _sandbox_impossible(),
        card=card,
        roomy=_has_roomy_shared_memory(),
    )
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = flags
    _log.info("web engine flags: %s", flags)


def chromium_flags(given: str, sandbox: bool, card: bool, roomy: bool = True) -> str:
    """The flags given, and ours where those don't say otherwise."""
    wanted = ["--disable-background-networking", "--disable-features=Translate,MediaRouter,AutofillServerCommunication"]
    if not sandbox:
        wanted.append("--no-sandbox")
    if not card:
        wanted += ["--disable-gpu", "--log-level=3"]
    if not roomy:
        wanted.append("--disable-dev-shm-usage")
    flags = given.split()
    named = {flag.partition("=")[0] for flag in flags}
    return " ".join(flags + [flag for flag in wanted if flag.partition("=")[0] not in named])


def _register_scheme() -> None:
    """A scheme of our own, with an origin like https, so that a content-security policy can name it."""
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


def _sandbox_impossible() -> bool:
    """Chromium refuses its sandbox to root, and can't build it where the kernel forbids user namespaces without a helper."""
    if not sys.platform.startswith("linux"):
        return False
    if os.geteuid() == 0:
        return True
    for path, forbidden in (
        ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
        ("/proc/sys/user/max_user_namespaces", "0"),
    ):
        if _text_of(path) == forbidden:
            return True
    return False


def _has_graphics_card() -> bool:
    """Windows and macOS have a renderer of their own for every machine; on Linux a card shows as a render node."""
    if not sys.platform.startswith("linux"):
        return True
    return any(Path("/dev/dri").glob("renderD*")) if Path("/dev/dri").is_dir() else False


def _has_roomy_shared_memory(path: str = "/dev/shm") -> bool:
    """Containers give a few megabytes, or others have filled it: the renderer, which draws into it, would end the program."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        return shutil.disk_usage(path).free >= ROOMY_BYTES
    except OSError:
        return False


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""
