"""Flask-SQLAlchemy as engine glue, so that a swap of it is this one file."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from server.models import Base
from shared.limits import LOCK_TIMEOUT_MS

db = SQLAlchemy(model_class=Base)

POOL_SIZE = 10
PATIENCE_S = 10


def bind_engine(app: Flask, url: str) -> Engine:
    """Give the app its engine, with the settings each kind of database needs."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
    db.init_app(app)
    with app.app_context():
        return db.engine


def _engine_options(url: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_SIZE,
        "pool_timeout": PATIENCE_S,
    }
    if make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": LOCK_TIMEOUT_MS / 1000, "check_same_thread": False}
        return options
    options["pool_pre_ping"] = True
    options["connect_args"] = {
        "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout=30000"
        " -c idle_in_transaction_session_timeout=60000",
        "connect_timeout": PATIENCE_S,
    }
    return options
