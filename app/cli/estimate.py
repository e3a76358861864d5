"""`estimate`: how far the estimates of preparation and stop times are off, on days they were not learnt from."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from core.domain.errors import BadInput
from core.estimation.report import Score, score
from core.estimation.samples import read_samples
from core.settings import Settings
from core.storage.folder import DataFolder
from core.storage.learnt import delivered_since


def run_estimate(args: argparse.Namespace) -> int:
    """Raises BadInput where there is no database, or too little in it."""
    with DataFolder(args.data) as folder:
        database = args.database if args.database is not None else folder.database
        settings = Settings.load(folder.settings)
    if not database.is_file():
        raise BadInput(f"there is no database {database}: name one with --database")
    scores = score(read_samples(delivered_since(database, 0.0), settings.number("orders.pickup_stop_min")))
    if args.json:
        print(json.dumps({one.quantity: {k: v for k, v in asdict(one).items() if k != "quantity"} for one in scores}))
    else:
        print("\n".join(as_text(one) for one in scores))
    return 0


def as_text(one: Score) -> str:
    told = "" if one.mae_told_min is None else f", what was told {one.mae_told_min:.2f}"
    return (
        f"{one.quantity.replace('_', ' ')}: learnt from {one.learnt:,} orders, tried on {one.tried:,} of later days\n"
        f"  mean error {one.mae_min:.2f} min; the plain mean {one.mae_plain_mean_min:.2f}{told}\n"
        f"  root mean square {one.rmse_min:.2f} min; the plain mean {one.rmse_plain_mean_min:.2f}\n"
        f"  {one.kept_80_pct:.1f} % were done within the 80 % quantile"
    )
