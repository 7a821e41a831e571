"""Rows of the office's database, on SQLite and PostgreSQL alike.

Bytes that are evidence (change lines, states) are stored as bytes, never as JSON columns. Times are
Unix milliseconds. Ids are lower-case UUID texts. Columns that lists sort or search by are derived
from states in the same transaction and can be rebuilt from them.
"""

from server.models.base import Base
from server.models.changes import ChangeRow, ClientRow, HistoryRow, QuarantineRow, ReceivedRow
from server.models.files import (
    BlobLostRow,
    BlobReferenceRow,
    BlobRow,
    BlobSenderRow,
    BlobWaiverRow,
    BlobWantRow,
    ThumbnailRow,
)
from server.models.people import (
    AuditRow,
    DeviceAreaRow,
    DevicePersonRow,
    DeviceRow,
    EnrolmentRow,
    PersonAreaRow,
    PersonRow,
    StaffSessionRow,
)
from server.models.publishing import (
    CodebookActivationRow,
    FormCandidateRow,
    RehearsalFindingRow,
    RehearsalRow,
)
from server.models.records import (
    CodebookRow,
    FormRow,
    HoursRow,
    MembershipRow,
    RecordRow,
    RootRow,
    ScopeRow,
    SettingRow,
)
from server.models.recovery import (
    BackedUpClientRow,
    BackupRow,
    IncidentRow,
    JournalEntryRow,
    ReceiptRow,
)
from server.models.repairing import RepairRow, ScopeDayRow, ScopeReaderRow
from server.models.settling import DeviceReportRow, FormerAreaRow, NoticeRow

__all__ = [
    "AuditRow",
    "BackedUpClientRow",
    "BackupRow",
    "Base",
    "BlobLostRow",
    "BlobReferenceRow",
    "BlobRow",
    "BlobSenderRow",
    "BlobWaiverRow",
    "BlobWantRow",
    "ChangeRow",
    "ClientRow",
    "CodebookActivationRow",
    "CodebookRow",
    "DeviceAreaRow",
    "DevicePersonRow",
    "DeviceReportRow",
    "DeviceRow",
    "EnrolmentRow",
    "FormCandidateRow",
    "FormRow",
    "FormerAreaRow",
    "HistoryRow",
    "HoursRow",
    "IncidentRow",
    "JournalEntryRow",
    "MembershipRow",
    "NoticeRow",
    "PersonAreaRow",
    "PersonRow",
    "QuarantineRow",
    "ReceiptRow",
    "ReceivedRow",
    "RecordRow",
    "RehearsalFindingRow",
    "RehearsalRow",
    "RepairRow",
    "RootRow",
    "ScopeDayRow",
    "ScopeReaderRow",
    "ScopeRow",
    "SettingRow",
    "StaffSessionRow",
    "ThumbnailRow",
]
