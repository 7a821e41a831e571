"""Requests and answers about files: done, wanted, lost, held, forgettable."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.limits import BLOB_BYTES_MAX, FILE_NAMES_ASKED_MAX, PART_BYTES_MAX, PART_BYTES_MIN

LOST_REASONS = ("missing", "damaged")


def _sha256() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9a-f]{64}\Z"),
        metadata={"description": "SHA-256 of the file's bytes, in lower-case hex."},
    )


class FileDone(Schema):
    """All parts were sent."""

    size = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=BLOB_BYTES_MAX)
    )
    part_bytes = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=PART_BYTES_MIN, max=PART_BYTES_MAX)
    )


class FileNames(Schema):
    """Files by their names."""

    files = fields.List(
        _sha256(), required=True, validate=validate.Length(max=FILE_NAMES_ASKED_MAX)
    )


class LostFile(Schema):
    """A file that the tablet cannot send (again)."""

    sha256 = _sha256()
    reason = fields.String(required=True, validate=validate.OneOf(LOST_REASONS))


class LostFiles(Schema):
    """What a tablet answers to a want that it cannot meet."""

    files = fields.List(
        fields.Nested(LostFile), required=True, validate=validate.Length(max=FILE_NAMES_ASKED_MAX)
    )


class FileAnswer(Schema):
    """A file was taken. `code` says why no page will show it."""

    sha256 = _sha256()
    code = fields.String()


class WantedFiles(Schema):
    """Files that a tablet is asked to send again."""

    wanted = fields.List(_sha256(), required=True)


class HeldFiles(Schema):
    """Files that the office holds."""

    held = fields.List(_sha256(), required=True)


class ForgettableFiles(Schema):
    """Files that a tablet may let go of when its room is short."""

    forgettable = fields.List(_sha256(), required=True)
