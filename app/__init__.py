"""The program around the core: command line, window, composition."""

import time

VERSION = "0.1.0"
"""The one place of the version; pyproject.toml reads it here."""

BEGAN = time.perf_counter()
"""When the program began to load: what a start takes is counted from here."""
