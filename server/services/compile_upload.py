"""An uploaded form is compiled: by the one door that knows every kind of file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from server.services.unpack_upload import FormUpload
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form

if TYPE_CHECKING:
    from server.forms_import.sheets import SheetDefect
    from server.xlsform import CompiledForm

_VERSION: Final = re.compile(r'(<instance>\s*<[^<>]*?\sversion=")[^"]*"')


@dataclass(frozen=True, slots=True)
class ReadyForm:
    """A form that could be published: its document, XForm, warnings, and what comes with it.

    `media` are the files that its document names, by SHA-256; `codebooks` the documents made of
    tables that came with it.
    """

    document: Mapping[str, JsonValue]
    definition: FormDefinition
    xform: str
    warnings: tuple[SheetDefect, ...] = ()
    codebooks: tuple[JsonValue, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """The document's canonical bytes."""
        return canonical_bytes(dict(self.document))

    @property
    def sha256(self) -> str:
        """The name of the document by its content."""
        return sha256_hex(self.data)


def compile_upload(upload: FormUpload) -> ReadyForm | list[SheetDefect]:
    """Compile what was uploaded, or say everything that is wrong with it."""
    # What compiles takes most of a second to import, and most starts never publish a form.
    from server import xlsform

    compiled = xlsform.compile_source(upload.data, upload.name, upload.companions)
    return compiled if isinstance(compiled, list) else ready_form(compiled)


def ready_form(compiled: CompiledForm) -> ReadyForm:
    """What the door made, as it is published."""
    assert isinstance(compiled.document, dict), "a form document is an object"
    return ReadyForm(
        compiled.document,
        compiled.definition,
        compiled.xform_xml,
        compiled.warnings,
        compiled.codebooks,
        {sha256_hex(data): data for data in compiled.media.values()},
    )


def with_version(form: ReadyForm, version: int) -> ReadyForm:
    """The same form under another version number: in its document, and in its XForm."""
    if form.definition.version == version:
        return form
    document = {**form.document, "version": version}
    loaded = load_form(document)
    assert isinstance(loaded, FormDefinition), "only its number differs"
    return replace(
        form, document=document, definition=loaded, xform=_renumbered(form.xform, version)
    )


def _renumbered(xform: str, version: int) -> str:
    """The XForm with another version on its primary instance: the first one that stands there."""
    return _VERSION.sub(lambda found: f'{found[1]}{version}"', xform, count=1)
