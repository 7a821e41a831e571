"""Everything the field can do, by name: what each fault is, and how often it happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

WIRE: Final = {
    "request_dropped": "a request never arrives",
    "request_duplicated": "a request arrives twice",
    "request_delayed": "a request arrives when its sender has long given up",
    "requests_reordered": "delayed requests arrive in another order than they were sent",
    "request_cut": "a request is cut at byte k",
    "answer_cut": "an answer is cut at byte k",
    "page_cut_before_its_row": "a page is cut at the end of a line, before its next row",
    "answer_lost_after_commit": "the office has done it, and its answer is lost",
    "error_before_commit": "a 5xx in the place of the office",
    "error_after_commit": "a 5xx after the office has done it",
    "busy": "503 with a time to wait",
    "captive_portal": "somebody else answers 200",
    "replica_lag": "a pull is answered from an older snapshot of the database",
}
OFFICE: Final = {
    "office_killed": "the office dies before a statement, and starts again",
    "office_killed_at_commit": "the office dies at a COMMIT, and starts again",
    "office_killed_at_file": "the office dies at a step of writing a file, and starts again",
    "office_disk_full": "the office's database finds its disk full",
    "office_file_disk_full": "the office cannot write a file for lack of room",
    "office_killed_at_journal": "the office dies before its journal is on the disk",
    "office_journal_fails": "the journal's disk fails; the office confirms nothing until restarted",
}
TABLET: Final = {
    "tablet_killed": "the power is cut before a writing step of the tablet's database",
    "tablet_killed_at_file": "the power is cut at a step of writing a file",
    "tablet_disk_full": "a writing step of the tablet's database finds the disk full",
    "tablet_file_disk_full": "a file cannot be written on the tablet for lack of room",
    "disk_full_at_acknowledgement": "the disk is full when a push is acknowledged",
    "tablet_storage_low": "free space is below the reserve",
    "clock_jumped": "a tablet's clock goes anywhere within ten years",
    "tablet_restored_from_backup": "a tablet's files come back without the one no backup takes",
    "tablet_restored_by_copy": "a tablet's files come back, every one of them",
    "tablet_cloned": "a second tablet goes on from a copy of the first, file by file",
}
PEOPLE: Final = {
    "reviewer_racing": "staff act while a tablet waits for the network",
    "typing_while_synchronising": "a person goes on typing while a tablet waits for the network",
    "rights_lost": "an area is taken from a tablet or from a person",
    "rights_regained": "the area is given back",
    "form_published_meanwhile": "a newer version of a form is published while changes wait",
    "record_moved": "a record is moved to another area while tablets work on it",
    "released_from_quarantine": "staff let in what was kept aside",
    "deletion_settled": "staff settle a deletion that somebody's save had not seen",
    "tablet_enrolled_late": "a tablet joins and downloads everything, by segments where there are",
    "tombstones_forgotten": "what left a scope is no longer told to tablets that were away",
    "office_restored_from_backup": "the office's database is lost; a backup and the journal return",
    "office_restored_by_file_copy": "an older copy of the database file is put in place",
}
FAULTS: Final = {**WIRE, **OFFICE, **TABLET, **PEOPLE}
AT_AN_EXCHANGE: Final = (*WIRE, *OFFICE)
"""What may befall one request and its answer. Reordering follows from two delays."""
DRAWN: Final = tuple(name for name in AT_AN_EXCHANGE if name != "requests_reordered")
IN_AN_ACT: Final = (
    "tablet_killed",
    "tablet_killed_at_file",
    "tablet_disk_full",
    "tablet_file_disk_full",
    "disk_full_at_acknowledgement",
    "tablet_storage_low",
)
"""What may befall a tablet during one act of its person."""


@dataclass
class Happened:
    """How often each fault struck; `details` says where (which statement, which file step)."""

    counts: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)

    def note(self, name: str, detail: str = "") -> None:
        """A fault struck."""
        assert name in FAULTS, f"{name} is no named fault"
        self.counts[name] += 1
        if detail:
            self.details[f"{name}: {detail}"] += 1

    def add(self, other: Happened) -> None:
        """Count another simulation's in."""
        self.counts.update(other.counts)
        self.details.update(other.details)

    def never(self) -> list[str]:
        """Faults that did not happen yet."""
        return [name for name in FAULTS if not self.counts[name]]

    def table(self) -> str:
        """How often each happened, and in how many different places."""
        width = max(len(name) for name in FAULTS)
        lines = []
        for name, sentence in FAULTS.items():
            places = sum(1 for detail in self.details if detail.startswith(f"{name}: "))
            where = f" at {places} places" if places else ""
            lines.append(f"{name:{width}} {self.counts[name]:7}  {sentence}{where}")
        return "\n".join(lines)
