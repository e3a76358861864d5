"""Kerbside, the dispatcher's console. ``main.py --help`` lists what it can do; alone it opens the window."""

import multiprocessing
import sys

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  told in words, since an older Python fails on the syntax of what follows
        sys.exit("kerbside: Python 3.11 or newer is needed")
    multiprocessing.freeze_support()
    from app.cli.parser import run

    sys.exit(run())
