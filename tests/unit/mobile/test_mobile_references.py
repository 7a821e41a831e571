"""Large codebooks on the tablet: taken in by slices, looked at row by row, searched in Thai."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mobile.services.forms import IN_MEMORY_BYTES_MAX
from mobile.store.book_reading import BookText
from mobile.store.database import TabletDatabase
from mobile.store.references import SLICE_ROWS, ReferenceTable, TakingIn, books
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.errors import BadInput
from tests.support.tablets import Desk, Fuse, Killed, ready_desk, state_of

TAMBONS = (
    ("110101", "ปากน้ำ", "เมือง", "สมุทรปราการ"),
    ("110102", "บางปู", "เมือง", "สมุทรปราการ"),
    ("110301", "บางพลี", "บางพลี", "สมุทรปราการ"),
    ("300101", "ในเมือง", "เมือง", "นครราชสีมา"),
)


def places(count: int = 0, version: str = "1") -> dict[str, Any]:
    """A book of places with `count` further rows."""
    rows = [
        {"key": key, "th": tambon, "en": "", "amphoe": amphoe, "province": province}
        for key, tambon, amphoe, province in TAMBONS
    ]
    rows += [
        {"key": f"9{n:06d}", "th": f"หมู่บ้าน {n}", "en": f"Village {n}", "province": f"p{n % 7}"}
        for n in range(count)
    ]
    return {
        "codebook": "where",
        "version": version,
        "title": {"th": "สถานที่", "en": "Places"},
        "source": "made up",
        "rows": rows,
    }


def all_steps(job: TakingIn) -> None:
    """Take every slice in."""
    while job.step():
        pass


def taken_in(database: TabletDatabase, document: Mapping[str, Any], sha: str = "a" * 64) -> Any:
    """The table of a document, every slice taken in."""
    job = TakingIn(database, "where", sha, json.dumps(document, ensure_ascii=False, indent=1))
    all_steps(job)
    return ReferenceTable(database, books(database.reader())["where"])


@pytest.fixture
def database(tmp_path: Path) -> TabletDatabase:
    return TabletDatabase(tmp_path / "t.db")


def test_a_row_and_its_cells_are_found_by_its_key(database: TabletDatabase) -> None:
    table = taken_in(database, places(1000))
    assert len(table) == 1004
    assert table.cell("110102", "label") == "บางปู"
    assert table.cell("110102", "province") == "สมุทรปราการ"
    assert table.cell("110102", "name") == "110102"
    assert table.cell("9000000", "amphoe") is None
    assert table.row("nothing") is None
    assert [row.key for row in table.rows][:5] == [*(t[0] for t in TAMBONS), "9000000"]
    assert sum(1 for _ in table.rows) == 1004


def test_any_part_of_any_level_finds_a_place_however_it_is_typed(database: TabletDatabase) -> None:
    table = taken_in(database, places(50))
    found = lambda text: [row.key for row in table.search(text, 10)]  # noqa: E731
    assert found("บางปู") == ["110102"]
    assert found("สมุทรปราการ บาง") == ["110102", "110301"]
    assert found("ปากนํ้า") == ["110101"]
    assert found("๑๑๐๓๐๑") == ["110301"]
    assert found("vIlLaGe 49") == ["9000049"]
    assert found("ไม่มี") == []
    assert len(found("หมู่บ้าน")) == 10


def test_what_begins_with_the_text_stands_first(database: TabletDatabase) -> None:
    table = taken_in(database, places())
    assert [row.key for row in table.search("เมือง", 2)] == ["110101", "110102"]
    assert [row.key for row in table.search("ในเ", 5)] == ["300101"]


def test_rows_are_found_by_a_column_with_and_without_an_index(database: TabletDatabase) -> None:
    table = taken_in(database, places(30))
    before = [row.key for row in table.matching("province", "p3")]
    assert before == ["9000003", "9000010", "9000017", "9000024"]
    assert table.index("province")
    assert not table.index("province")
    assert [row.key for row in table.matching("province", "p3")] == before
    assert table.matching("no such column", "p3") == []
    equal = {"amphoe": "เมือง", "province": "สมุทรปราการ"}
    assert [row.key for row in table.matching_all(equal)] == ["110101", "110102"]
    assert [row.key for row in table.search("ปู", 5, equal)] == ["110102"]


def test_a_newer_version_takes_the_place_of_the_old_one_at_once(database: TabletDatabase) -> None:
    old = taken_in(database, places(3000))
    job = TakingIn(database, "where", "b" * 64, json.dumps(places(900, "2")))
    assert job.step()
    assert books(database.reader())["where"].version == "1"
    assert old.cell("9002999", "label_en") == "Village 2999"
    all_steps(job)
    now = books(database.reader())["where"]
    assert (now.version, now.rows) == ("2", 904)
    tables = database.reader().execute(
        "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name LIKE 'reference_%'"
    )
    assert tables.fetchone()["n"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"rows": 3}',
        '{"rows": [{"key": "a"}',
        '{"rows": [{"key": "a"}]}',
        '{"rows": [{"key": 1}], "title": {}}',
        '{"rows": [{"key": "a"}, {"key": "a"}], "title": {}}',
        '{"rows": [{"key": "a", "th": ["x"]}], "title": {}}',
        '{"rows": [{"key": "\\ud800"}], "title": {}}',
        '{"rows": [{"key": "a", "th": "\\u0000"}], "title": {}}',
        '{"rows": [' + "[" * 100_000,
    ],
)
def test_what_is_no_codebook_is_refused_and_leaves_nothing(
    database: TabletDatabase, text: str
) -> None:
    job = TakingIn(database, "where", "a" * 64, text)
    with pytest.raises(BadInput):
        all_steps(job)
    names = database.reader().execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    assert [r["name"] for r in names if r["name"].startswith("reference_")] == ["reference_book"]


def test_rows_are_read_wherever_they_stand_in_the_document() -> None:
    text = BookText('{"a": 1, "rows": [ ], "title": {"th": "ก", "en": "k"} }')
    assert list(text.rows()) == []
    assert text.title().th == "ก"


def publish(desk: Desk, document: dict[str, Any], record: int = 0xA000) -> str:
    """A version of a codebook arrives with its file."""
    data = canonical_bytes(document)
    fields: dict[str, JsonValue] = {
        "name": document["codebook"],
        "version": document["version"],
        "document": sha256_hex(data),
    }
    name = f"01920000-0000-7000-8000-{record:012x}"
    state = state_of("codebook", fields, record=name, scope="programme")
    desk.receives("programme", state)
    desk.app.replica.shelf.keep(data)
    desk.app.library.refresh()
    return sha256_hex(data)


def long_book(version: str = "1") -> dict[str, Any]:
    """More than is kept in memory."""
    made = places(5 * SLICE_ROWS, version)
    made["source"] = "x" * IN_MEMORY_BYTES_MAX
    return made


def test_a_large_codebook_is_taken_in_behind_what_a_person_saves(tmp_path: Path) -> None:
    desk = ready_desk(tmp_path)
    publish(desk, long_book())
    library = desk.app.library
    assert "where" not in library.codebooks()
    assert library.take_in()
    assert any("where" in sentence.th for sentence in library.sentences())
    desk.app.synchroniser.take_in_books()
    assert library.codebooks()["where"].cell("110102", "label") == "บางปู"
    assert not library.sentences()
    assert not library.take_in()


def test_a_kill_while_a_book_is_taken_in_leaves_the_version_before(tmp_path: Path) -> None:
    desk = ready_desk(tmp_path)
    publish(desk, long_book())
    desk.app.synchroniser.take_in_books()
    publish(desk, long_book("2"))
    assert desk.app.library.take_in()
    desk.fuse.at = desk.fuse.steps + 3
    with pytest.raises(Killed):
        desk.app.library.take_in()
    desk.kill()
    desk.fuse = Fuse()
    tablet = desk.start()
    assert tablet.library.codebooks()["where"].version == "2"
    assert len(books(tablet.database.reader())) == 1


def test_version_ten_is_later_than_version_nine(tmp_path: Path) -> None:
    desk = ready_desk(tmp_path)
    publish(desk, places(1, "10"), 0xA001)
    publish(desk, places(2, "9"), 0xA002)
    assert len(desk.app.library.codebooks()["where"].rows) == 5


def test_a_damaged_large_book_is_told_and_asked_for_no_second_time(tmp_path: Path) -> None:
    desk = ready_desk(tmp_path)
    spoiled = long_book()
    spoiled["rows"].append(spoiled["rows"][0])
    publish(desk, spoiled)
    desk.app.synchroniser.take_in_books()
    assert "where" not in desk.app.library.codebooks()
    assert any("where" in sentence.en for sentence in desk.app.library.sentences())
    assert not desk.app.library.take_in()
