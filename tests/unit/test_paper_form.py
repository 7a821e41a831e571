"""Empty paper forms: what is printed, what is left out, and that no text of a form runs."""

from __future__ import annotations

import shutil
import subprocess
import threading
from typing import Any

import pytest

from server.reports.paper_form import paper_data
from server.reports.typesetting import PaperFailed, Papers, marked, typeset, typeset_here
from shared.forms.codebook import load_codebook
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from tests.support.forms import YN, both, calculate, document, group, question, repeat

HOSTILE = '#panic("ran") #read("/etc/passwd") $x$ *b* `c` \\u{41} <label> @ref #import "x"'


def loaded(*sections: dict[str, Any], choices: dict[str, Any]) -> FormDefinition:
    form = load_form(document(*sections, choices=choices))
    assert isinstance(form, FormDefinition), form
    return form


def blocks(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that stands on the paper, however deep."""
    found: list[dict[str, Any]] = []
    stack = [block for section in data["sections"] for block in section["blocks"]]
    while stack:
        one = stack.pop(0)
        found.append(one)
        stack = [*one.get("blocks", ()), *stack]
    return found


def form_with(*children: dict[str, Any], **more: Any) -> FormDefinition:
    lists = {
        "yn": YN,
        "many": [{"name": f"c{n}", "label": both(f"choice {n}")} for n in range(60)],
    }
    return loaded(group("s", *children), choices=lists, **more)


def text_of(pdf: bytes, tmp_path: Any) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_what_nobody_answers_with_a_pen_is_left_out() -> None:
    form = form_with(
        question("name"),
        calculate("sum", "1 + 1"),
        question("secret", "hidden"),
        question("checked", answered_by="office"),
        group("desk", question("by_office", answered_by="office")),
    )
    shown = [block["label"] for block in blocks(paper_data(form, {}, "th"))]
    assert shown == ["name"]


def test_each_question_has_its_number_and_a_place_of_its_kind() -> None:
    form = form_with(
        question("a"),
        question("b", "integer"),
        question("c", "date"),
        question("d", "select_one", choices="yn"),
        question("e", "select_multiple", choices="yn"),
        question("f", "select_one", choices="many"),
        question("g", "text", appearance="numbers", constraint="regex(., '[0-9]{13}')"),
        question("h", "geopoint"),
        question("i", "image"),
        question("j", "signature"),
    )
    data = paper_data(form, {}, "th")
    found = {block["label"]: block for block in blocks(data)}
    assert [block["number"] for block in found.values()] == [f"1.{n}" for n in range(1, 11)]
    kinds = {label: block["widget"]["kind"] for label, block in found.items()}
    assert kinds == {
        "a": "line", "b": "boxes", "c": "date", "d": "options", "e": "options", "f": "line",
        "g": "boxes", "h": "place", "i": "number", "j": "signature",
    }  # fmt: skip
    assert found["d"]["widget"]["mark"] == "circle"
    assert found["e"]["widget"]["mark"] == "square"
    assert found["g"]["widget"]["groups"] == [13]
    assert [len(annex["rows"]) for annex in data["annexes"]] == [60]


def test_rows_are_a_table_with_empty_rows_and_codes_to_write() -> None:
    form = form_with(
        repeat("team", question("who"), question("ok", "select_one", choices="yn"), rows_max=40),
    )
    table = blocks(paper_data(form, {}, "en", rows=12))[0]
    assert table["kind"] == "table"
    assert table["rows"] == 12
    assert [column["number"] for column in table["columns"]] == ["1.1.1", "1.1.2"]
    assert table["legend"] == ["Codes of 1.1.2: 1 = Yes   2 = No"]


def test_rows_that_the_form_makes_itself_are_printed_ahead() -> None:
    book = load_codebook(
        {
            "codebook": "check", "version": "1", "title": both("checks"), "source": "",
            "rows": [{"key": f"k{n}", "th": f"ข้อตรวจ {n}", "en": f"check {n}"} for n in range(3)],
        }
    )  # fmt: skip
    form = form_with(
        repeat(
            "checks",
            question("item", "reference", refers_to="codebook check"),
            question("ok", "select_one", choices="yn"),
            rows_from="codebook check",
        )
    )
    table = blocks(paper_data(form, {"check": book}, "th"))[0]
    assert table["preset"] == ["ข้อตรวจ 0", "ข้อตรวจ 1", "ข้อตรวจ 2"]
    assert [column["label"] for column in table["columns"]] == ["ok"]


def test_a_wide_repeat_of_many_rows_has_a_full_entry_and_a_sheet_behind_the_form() -> None:
    many = [question(f"q{n}", required="true()" if n > 10 else "") for n in range(16)]
    data = paper_data(form_with(repeat("roster", *many, rows_max=300)), {}, "th")
    cards = blocks(data)[0]
    assert (cards["kind"], cards["count"]) == ("cards", 1)
    (sheet,) = data["sheets"]
    labels = [column["label"] for column in sheet["columns"]]
    assert {f"q{n}" for n in range(11, 16)} <= set(labels), "what must be answered comes first"
    assert labels == sorted(labels, key=lambda name: int(name[1:]))
    few = paper_data(form_with(repeat("roster", *many, rows_max=5)), {}, "th")
    assert few["sheets"] == []


def test_personal_questions_bring_the_notice() -> None:
    assert paper_data(form_with(question("a", personal="P")), {}, "th")["personal"]
    assert not paper_data(form_with(question("a")), {}, "th")["personal"]


def test_no_text_of_a_form_runs_in_the_typesetter(tmp_path: Any) -> None:
    hostile = {"label": both(HOSTILE), "hint": both(HOSTILE)}
    lists = {"odd": [{"name": "x", "label": both(HOSTILE)}]}
    form = loaded(
        group(
            "s",
            question("a", **hostile),
            question("b", "select_one", choices="odd", **hostile),
            question("n", "note", **hostile),
            repeat("r", question("c", "select_one", choices="odd", **hostile), **hostile),
            **hostile,
        ),
        choices=lists,
    )
    text = text_of(typeset_here(paper_data(form, {}, "th")), tmp_path)
    assert "root:" not in text
    assert '#panic("ran")' in text


def test_thai_words_are_in_the_text_of_the_pdf(tmp_path: Any) -> None:
    form = form_with(question("a", label=both("การตรวจโรงงานอุตสาหกรรม ที่ น้ำเสีย ญี่ปุ่น")))
    text = text_of(typeset_here(paper_data(form, {}, "th")), tmp_path)
    for word in ("การตรวจโรงงานอุตสาหกรรม", "น้ำเสีย", "ญี่ปุ่น", "หน้า 1/1"):
        assert word in text


def test_lines_may_break_between_words_only() -> None:
    text = "เท่านั้น ก่อนกรอกให้แจ้งหรืออ่านประกาศ"
    broken = marked({"a": [text]})["a"][0].split("\u200b")
    assert "".join(broken) == text
    assert "ก่อน" in broken
    law = marked("ประกาศกระทรวงอุตสาหกรรม น้ำทิ้งโรงงาน พ.ศ. 2560").split("\u200b")
    assert any("อุตสาหกรรม" in word for word in law)


@pytest.mark.parametrize("size", ["empty", "odd"])
def test_a_form_of_any_size_is_typeset_here(size: str) -> None:
    odd = "\U0001f600\u0e49\u0e49" + "ก" * 3_000 + "\u202e\ufffe"
    label = both("x") if size == "empty" else both(odd)
    form = form_with(question("a", label=label), question("n", "note", label=label))
    assert typeset_here(paper_data(form, {}, "th")).startswith(b"%PDF")


def test_a_process_of_its_own_typesets_the_same_and_says_why_it_could_not() -> None:
    data = paper_data(form_with(question("a", label=both("การตรวจ \ud800"))), {}, "th")
    assert typeset(data) == typeset_here(data)
    with pytest.raises(PaperFailed):
        typeset({"language": "th"})


def test_a_paper_is_typeset_once_and_one_at_a_time() -> None:
    busy, most, made = 0, 0, []
    lock = threading.Lock()

    def slow(data: dict[str, Any]) -> bytes:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        made.append(data["n"])
        with lock:
            busy -= 1
        return b"pdf %d" % data["n"]

    papers = Papers(slow)
    threads = [
        threading.Thread(target=papers.pdf, args=(f"k{n % 2}", lambda n=n: {"n": n % 2}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert sorted(made) == [0, 1]
    assert papers.pdf("k1", dict) == b"pdf 1"
