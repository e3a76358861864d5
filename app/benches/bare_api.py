"""The peer of the bench `api`: a bare FastAPI application that inserts an order into SQLite and commits. Its arguments are a
port and a file."""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse


class Place(BaseModel):
    lat: float
    lon: float


class Order(BaseModel):
    merchant_id: str
    dropoff: Place


def make_app(path: str) -> FastAPI:
    app, held = FastAPI(), threading.Lock()
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")

    @app.post("/v1/orders", status_code=201)
    def place(order: Order, request: Request) -> Any:
        with held:
            made = database.execute("INSERT INTO orders (body) VALUES (?)", (json.dumps(order.model_dump()),))
        return JSONResponse({"id": made.lastrowid, **order.model_dump()}, 201)

    return app


if __name__ == "__main__":
    uvicorn.run(make_app(sys.argv[2]), port=int(sys.argv[1]), log_level="error")
