"""Kerbside, the dispatcher's console. The command line is in `app.cli`."""
