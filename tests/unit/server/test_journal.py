"""The journal keeps what it was given: torn writes, damage, full disks, other processes."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from server.store.journal import NO_CHAIN, Journal, JournalFailed, JournalMissing
from server.store.journal_frames import Damage, Entry, Found, read_journal, segments_of
from shared.errors import StorageFull


def make(folder: Path, **more: object) -> Journal:
    journal = Journal(
        folder / "journal", folder / "failed", lambda n: b"\x07" * n, lambda: 1, **more
    )
    journal.open()
    return journal


def say(text: str, *bodies: bytes) -> Entry:
    return Entry({"say": text}, bodies)


def said(folder: Path, after: int = 0) -> list[str]:
    """What can be read: texts of entries, and `!` for each damage."""
    found = read_journal(folder / "journal", after)
    return ["!" if isinstance(one, Damage) else one.entry.facts["say"] for one in found]


def test_what_was_appended_is_read_back_with_its_bytes_and_a_chain(tmp_path: Path) -> None:
    journal = make(tmp_path)
    journal.append(say("น้ำ", b"\x00\xff", b"SJE1", b""))
    second = journal.append(say("two"))
    found = list(read_journal(tmp_path / "journal"))
    assert all(isinstance(one, Found) for one in found)
    assert [one.entry for one in found] == [say("น้ำ", b"\x00\xff", b"SJE1", b""), say("two")]
    assert found[1].position == second == journal.position
    assert second.seq == 2
    assert NO_CHAIN != found[0].position.chain != second.chain


def test_opened_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    first = make(tmp_path)
    first.append(say("one"))
    first.close()
    again = make(tmp_path)
    assert again.append(say("two")).seq == 2
    assert said(tmp_path) == ["one", "two"]
    assert len(segments_of(tmp_path / "journal")) == 1


def test_a_torn_tail_is_cut_at_every_byte_and_kept_beside(tmp_path: Path) -> None:
    journal = make(tmp_path)
    journal.append(say("one"))
    path = segments_of(tmp_path / "journal")[0]
    whole = path.stat().st_size
    journal.append(say("two"))
    data = path.read_bytes()
    journal.close()
    for cut in range(whole, len(data)):
        path.write_bytes(data[:cut])
        for left in path.parent.glob("*.torn-*"):
            left.unlink()
        again = make(tmp_path)
        assert again.position.seq == 1
        assert path.stat().st_size == whole
        kept = list(path.parent.glob("*.torn-*"))
        assert [one.read_bytes() for one in kept] == ([data[whole:cut]] if cut > whole else [])
        assert again.append(say("three")).seq == 2
        again.close()
        assert said(tmp_path) == ["one", "three"]


def test_a_segment_of_which_not_even_the_beginning_was_written_is_set_aside(tmp_path: Path) -> None:
    journal = make(tmp_path, segment_bytes=1)
    journal.append(say("one"))
    journal.append(say("two"))
    journal.close()
    last = segments_of(tmp_path / "journal")[-1]
    last.write_bytes(last.read_bytes()[:20])
    again = make(tmp_path)
    assert again.append(say("three")).seq == 2
    assert said(tmp_path) == ["one", "three"]


def test_damage_in_the_middle_is_told_with_its_place_and_all_behind_is_read(tmp_path: Path) -> None:
    journal = make(tmp_path)
    places = []
    path = segments_of(tmp_path / "journal")[0]
    for text in "abcde":
        places.append(path.stat().st_size)
        journal.append(say(text, b"SJE1" * 9))
    journal.close()
    data = bytearray(path.read_bytes())
    for at in range(places[1], places[2]):
        hurt = bytearray(data)
        hurt[at] ^= 0x55
        path.write_bytes(hurt)
        found = list(read_journal(tmp_path / "journal"))
        damages = [one for one in found if isinstance(one, Damage)]
        assert [(d.segment, d.offset, d.after_seq, d.next_seq) for d in damages] == [
            (path.name, places[1], 1, 3)
        ]
        texts = [one.entry.facts["say"] for one in found if isinstance(one, Found)]
        assert texts == ["a", "c", "d", "e"]
        again = make(tmp_path)
        assert again.position.seq == 5
        assert [d.offset for d in again.opened.damaged] == [places[1]]
        again.close()


def test_a_missing_segment_or_an_exchanged_entry_is_told(tmp_path: Path) -> None:
    journal = make(tmp_path, segment_bytes=1)
    for text in "abcd":
        journal.append(say(text))
    journal.close()
    paths = segments_of(tmp_path / "journal")
    assert said(tmp_path) == list("abcd")
    gone = paths[2].read_bytes()
    paths[2].unlink()
    assert said(tmp_path) == ["a", "!", "c", "d"]
    paths[2].write_bytes(gone)
    assert said(tmp_path, after=2) == ["c", "d"]


def test_segments_are_begun_when_one_is_full_and_told_apart_from_damage(tmp_path: Path) -> None:
    journal = make(tmp_path, segment_bytes=2_000)
    for number in range(50):
        journal.append(say(str(number), b"x" * 100))
    journal.close()
    assert len(segments_of(tmp_path / "journal")) > 3
    assert said(tmp_path) == [str(n) for n in range(50)]


class Disk:
    """An fsync that a test lets fail."""

    def __init__(self) -> None:
        self.calls, self.fails = 0, False

    def __call__(self, handle: int) -> None:
        self.calls += 1
        if self.fails:
            raise OSError(errno.EIO, "input/output error")
        os.fsync(handle)


def test_after_a_failed_fsync_nothing_is_acknowledged_and_none_is_tried_again(
    tmp_path: Path,
) -> None:
    disk = Disk()
    journal = make(tmp_path, sync=disk)
    journal.append(say("one"))
    disk.fails = True
    with pytest.raises(JournalFailed) as failed:
        journal.append(say("two"))
    assert failed.value.http_status == 503
    disk.fails = False
    calls = disk.calls
    with pytest.raises(JournalFailed):
        journal.append(say("three"))
    assert disk.calls == calls
    assert "errno 5" in journal.failed


def test_the_start_after_a_failure_knows_of_it_and_begins_a_new_segment(tmp_path: Path) -> None:
    disk = Disk()
    journal = make(tmp_path, sync=disk)
    disk.fails = True
    with pytest.raises(JournalFailed):
        journal.append(say("one"))
    journal.close()
    again = Journal(tmp_path / "journal", tmp_path / "failed", os.urandom, lambda: 1)
    assert "errno 5" in again.failed_before
    again.open()
    assert again.failed_before == ""
    again.append(say("two"))
    assert len(segments_of(tmp_path / "journal")) == 2
    assert said(tmp_path)[-1] == "two"


def test_a_full_disk_is_told_and_leaves_the_journal_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = make(tmp_path)
    journal.append(say("one"))
    write: Callable[..., int] = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 10:
            return write(handle, data[:10])
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageFull):
        journal.append(say("two"))
    monkeypatch.undo()
    assert journal.append(say("three")).seq == 2
    assert said(tmp_path) == ["one", "three"]


def test_many_threads_share_writes_and_every_entry_is_there_once(tmp_path: Path) -> None:
    disk = Disk()
    journal = make(tmp_path, sync=disk)
    seqs: list[int] = []

    def work(name: int) -> None:
        for turn in range(20):
            seqs.append(journal.append(say(f"{name}/{turn}")).seq)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seqs) == list(range(1, 161))
    assert sorted(said(tmp_path)) == sorted(f"{a}/{b}" for a in range(8) for b in range(20))
    assert disk.calls <= 162


def test_several_processes_may_append_to_one_journal(tmp_path: Path) -> None:
    one, two = make(tmp_path, segment_bytes=600), make(tmp_path, segment_bytes=600)
    for turn in range(30):
        (one if turn % 3 else two).append(say(str(turn)))
    assert said(tmp_path) == [str(n) for n in range(30)]


def test_what_another_process_left_half_written_is_cut_before_one_goes_on(tmp_path: Path) -> None:
    one, two = make(tmp_path), make(tmp_path)
    two.append(say("one"))
    path = segments_of(tmp_path / "journal")[0]
    with path.open("ab") as file:
        file.write(b"SJE1 half of a frame")
    assert one.append(say("two")).seq == 2
    assert said(tmp_path) == ["one", "two"]


def test_an_empty_folder_is_refused_when_the_database_was_journalled(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", tmp_path / "failed", os.urandom, lambda: 1)
    with pytest.raises(JournalMissing) as missing:
        journal.open(at_least=7)
    assert "--new-journal" in missing.value.detail
    journal.open(at_least=7, anew=True)
    assert journal.append(say("eight")).seq == 8
    assert said(tmp_path) == ["eight"]


def test_a_journal_behind_its_database_counts_on_above_it(tmp_path: Path) -> None:
    first = make(tmp_path)
    first.append(say("one"))
    first.close()
    later = Journal(tmp_path / "journal", tmp_path / "failed", os.urandom, lambda: 1)
    later.open(at_least=40)
    assert later.append(say("forty-one")).seq == 41
    assert said(tmp_path) == ["one", "forty-one"]
