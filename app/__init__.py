"""The program around the core: command line, window, composition."""

import time

BEGAN = time.perf_counter()
"""When the program began to load: what a start takes is counted from here."""
