"""What belongs to a label beside its words: pictures, sounds, films, and the look of a table.

The form names files; what a screen asks for is their hash, the name in the tablet's store. A file
that the form does not carry is left out: the words of the label are there anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.forms.definition import FormDefinition, FormFile, Group, Node, Question, Repeat, Text
from shared.forms.parts import Media

NONE = Text()


@dataclass(frozen=True, slots=True)
class MediaView:
    """Hashes of files by language, "" for none; `large` may be looked at in full, `film_name` is
    what the film is called (films are not played on the tablet)."""

    picture: Text = NONE
    large: Text = NONE
    sound: Text = NONE
    film_name: Text = NONE

    def __bool__(self) -> bool:
        return bool(self.picture or self.large or self.sound or self.film_name)


NO_MEDIA = MediaView()


def media_view(media: Media, files: Mapping[str, FormFile]) -> MediaView:
    """The media of a label, out of the files that travel with the form."""
    if not media:
        return NO_MEDIA
    large = _hashes(media.get("big-image", NONE), files)
    return MediaView(
        picture=_hashes(media.get("image", NONE), files) or large,
        large=large,
        sound=_hashes(media.get("audio", NONE), files),
        film_name=media.get("video", NONE),
    )


def _hashes(names: Text, files: Mapping[str, FormFile]) -> Text:
    if not names:
        return NONE

    def hash_of(name: str) -> str:
        found = files.get(name)
        return found.sha256 if found is not None else ""

    return Text(hash_of(names.th), hash_of(names.en))


def tables_of(form: FormDefinition) -> frozenset[tuple[str, str]]:
    """The groups whose questions stand below each other as a table: (record type, key)."""
    found: set[tuple[str, str]] = set()

    def look_in(nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            if isinstance(node, Group) and "table-list" in node.appearance.split():
                found.add((node.record_type, node.key))
            if isinstance(node, Group | Repeat):
                look_in(node.children)

    for section in form.sections:
        if "table-list" in section.appearance.split():
            found.add((form.record_type, section.key))
        look_in(section.children)
    return frozenset(found)


def appearance_of(question: Question, tables: frozenset[tuple[str, str]]) -> str:
    """How a question wants to look; in a table every question is a line of steps."""
    group = question.key.rpartition("/")[0]
    if (question.record_type, group) in tables:
        return f"{question.appearance} list-nolabel".strip()
    return question.appearance
