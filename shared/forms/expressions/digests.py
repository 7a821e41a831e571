"""Functions of digests, encodings and signatures."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Final

from shared.forms.expressions.functions import bounded, function
from shared.forms.expressions.grammar import Call, Literal
from shared.forms.expressions.signatures import signed_message
from shared.forms.expressions.tokens import fail
from shared.forms.expressions.values import Value, to_text
from shared.forms.expressions.world import Context

ALGORITHMS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA-256": lambda data: hashlib.sha256(data).digest(),
    "SHA-384": lambda data: hashlib.sha384(data).digest(),
    "SHA-512": lambda data: hashlib.sha512(data).digest(),
}
ENCODINGS: Final = ("base64", "hex")


def _known(tree: Call) -> None:
    """An algorithm or encoding written in the form must exist."""
    for index, known in ((1, tuple(ALGORITHMS)), (2, ENCODINGS)):
        if index >= len(tree.arguments):
            return
        given = tree.arguments[index]
        if not isinstance(given, Literal):
            continue
        if to_text(given.value).lower() not in map(str.lower, known):
            listed = ", ".join(known)
            raise fail(
                given.position,
                "expression.digest",
                f"digest() รู้จัก {listed}",
                f"digest() knows {listed}",
            )


@function("digest", 2, 3, _known)
def _digest(context: Context, text: Value, algorithm: Value, *encoding: Value) -> Value:
    """The digest of a text's UTF-8 bytes, in base64 or hex."""
    digest = ALGORITHMS.get(to_text(algorithm).upper())
    wanted = to_text(encoding[0]).lower() if encoding else "base64"
    if digest is None or wanted not in ENCODINGS:
        return None
    found = digest(to_text(text).encode("utf-8", "replace"))
    return found.hex() if wanted == "hex" else base64.b64encode(found).decode("ascii")


@function("base64-decode", 1)
def _base64_decode(context: Context, value: Value) -> Value:
    """The text whose UTF-8 bytes are given in base64; empty when it is no base64."""
    found = decoded(to_text(value))
    return "" if found is None else found.decode("utf-8", "replace")


@function("extract-signed", 2)
def _extract_signed(context: Context, contents: Value, public_key: Value) -> Value:
    """The message behind a valid Ed25519 signature of 64 bytes; empty when it is not valid."""
    data, key = decoded(to_text(contents)), decoded(to_text(public_key))
    if data is None or key is None:
        return ""
    message = signed_message(data, key)
    return "" if message is None else message.decode("utf-8", "replace")


def decoded(text: str) -> bytes | None:
    """The bytes of a base64 text; white space and missing padding are tolerated."""
    plain = "".join(bounded(text).split()).rstrip("=")
    if not plain.isascii():
        return None
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
