"""Requests and answers of enrolment and of signing in on a tablet."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.limits import NAME_LENGTH_MAX, PIN_DIGITS_MAX

_LOGIN_LENGTH_MAX = 60
_LABEL_LENGTH_MAX = 100


def _text(length_max: int, *, least: int = 1, about: str = "") -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(min=least, max=length_max),
        metadata={"description": about},
    )


class EnrolRequest(Schema):
    """A tablet shows its one-time code."""

    code = _text(40, about="One-time code as typed; blanks, dashes and case do not matter.")
    label = _text(_LABEL_LENGTH_MAX, least=0, about="What the tablet is called.")
    app_version = _text(40, least=0, about="Version of the app.")


class EnrolAnswer(Schema):
    """What the tablet keeps. The token is told this once."""

    device = fields.String(required=True)
    token = fields.String(required=True)
    server_name = fields.String(required=True)
    epoch = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)


class SignInRequest(Schema):
    """A person's name and PIN."""

    login = _text(_LOGIN_LENGTH_MAX, about="Sign-in name; case does not matter.")
    pin = _text(PIN_DIGITS_MAX, about="PIN.")


class SignInAnswer(Schema):
    """Who signed in, with their areas as scopes."""

    person = fields.String(required=True)
    name = fields.String(required=True, validate=validate.Length(max=NAME_LENGTH_MAX))
    role = fields.String(required=True)
    areas = fields.List(fields.String(), required=True)
    language = fields.String(required=True)


class HealthAnswer(Schema):
    """Is the server fit to work?"""

    status = fields.String(required=True)
    epoch = fields.String(required=True)
    database = fields.String(required=True)


class Problem(Schema):
    """application/problem+json with a stable code and sentences in two languages."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    title_th = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    detail_th = fields.String(required=True)
