"""Every bound of the system in one place, and assertions that relate them.

Data from outside is measured against these before it is read. Units come last in a name; a bound
is inclusive: exactly this much is taken, one more is refused.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# --- JSON and text ------------------------------------------------------------------------------
JSON_DEPTH_MAX: Final = 64
NUMBER_DIGITS_MAX: Final = 40
"""Digits of an integer in JSON; a codec that needs less refuses on its own."""
INTEGER_MAX: Final = 2**53 - 1
"""The largest integer that every JSON reader sees alike; beyond it numbers travel as text."""
TEXT_LENGTH_MAX: Final = 65_536
"""Characters of one text answer."""
NAME_LENGTH_MAX: Final = 200
"""Characters of a name, title or label that a person gives."""
COMMENT_LENGTH_MAX: Final = 4_000
SEARCH_LENGTH_MAX: Final = 200
REQUEST_JSON_BYTES_MAX: Final = 256 * KIB
"""Body of a JSON request that is neither a sync message, a form document nor a file."""
ADDRESS_QUERY_BYTES_MAX: Final = 4 * KIB

# --- changes (design: one save, atomic) ---------------------------------------------------------
CHANGE_BYTES_MAX: Final = 256 * KIB
HEAD_BYTES_MAX: Final = 128 * KIB
RECORDS_PER_CHANGE_MAX: Final = 1_000
FIELDS_PER_RECORD_MAX: Final = 2_000
SEEN_MAX: Final = 64
"""Dots that one value may name as shown; more than two only by `resolve`."""
SEEN_OF_EXISTENCE_MAX: Final = 2_500
"""Dots that a deletion may name: all of the record and its rows that its author was shown."""
FIELD_KEY_LENGTH_MAX: Final = 200
RECORD_TYPE_LENGTH_MAX: Final = 100
SCOPE_ID_LENGTH_MAX: Final = 100
CLIENT_LENGTH_MAX: Final = 60
"""A device id (36) + a dot + 16 hexadecimal digits, with room."""
CHANGE_NUMBER_MAX: Final = 2**53 - 1
FORM_VERSION_MAX: Final = 2**31 - 1
"""What an ordinary integer column holds on every database."""
TIME_MS_MIN: Final = -62_135_596_800_000
"""0001-01-01 UTC: a clock may be wrong by any time that the calendar can still write."""
TIME_MS_MAX: Final = 253_370_764_800_000
"""9999-01-01 UTC, a year before the calendar ends: also in Bangkok."""
SALT_BYTES: Final = 16

# --- sync messages ------------------------------------------------------------------------------
PUSH_CHANGES_MAX: Final = 500
PUSH_BYTES_MAX: Final = 1 * MIB
"""Decompressed."""
PUSH_COMPRESSED_BYTES_MAX: Final = 1 * MIB
PUSHES_AT_ONCE_SQLITE: Final = 1
PUSHES_AT_ONCE_POSTGRESQL: Final = 2
"""Of one serving process: its interpreter works on one at a time, another database beside it."""
PUSHES_WAITING_MAX: Final = 10
PUSH_TURN_WAIT_S: Final = 20
MESSAGE_HEADER_BYTES_MAX: Final = 4 * KIB
PULL_REQUEST_BYTES_MAX: Final = 64 * KIB
PULL_BYTES_DEFAULT: Final = 512 * KIB
PULL_BYTES_MAX: Final = 4 * MIB
PULL_BYTES_MIN: Final = 4 * KIB
PULL_FIRST_BYTES: Final = 64 * KIB
"""What is asked for of a scope that may turn out to be large: then its segments are fetched."""
PULL_ANSWER_BYTES_MAX: Final = 8 * MIB
"""Decompressed: a page may overshoot what was asked for by one state."""
SEGMENT_STATES_BYTES: Final = 2 * MIB
"""A segment is full when its states have this many bytes; one state may go beyond."""
SEGMENT_ROWS_MAX: Final = 40_000
SEGMENT_BYTES_MAX: Final = 4 * MIB
"""Compressed, as it is stored and sent."""
SEGMENT_GROWTH_PLACES: Final = 250
"""So many new places in the feed of a scope are worth another segment."""
SEGMENTS_PER_SCOPE_MAX: Final = 5_000
SEGMENT_LIST_BYTES_MAX: Final = 2 * MIB
PROBLEM_BYTES_MAX: Final = 64 * KIB
TRIES_OF_ONE_BATCH: Final = 3
"""How often a push is tried again after a 5xx before it is halved."""
RESTARTS_PER_SESSION_MAX: Final = 3
"""How often one session may begin anew after the server said its lines differ."""
STATE_BYTES_MAX: Final = 2 * MIB
"""One record's merged state as shipped: siblings included."""
SCOPES_PER_PULL_MAX: Final = 100
CHANGES_PER_TRANSACTION: Final = 50
IDLE_SYNC_BYTES_MAX: Final = 400
"""Each way, when there is nothing new."""
LOCK_TIMEOUT_MS: Final = 5_000
RETRY_MS_MIN: Final = 2_000
RETRY_MS_MAX: Final = 15 * 60_000
REPAIRS_PER_SCOPE_AND_DAY_MAX: Final = 1
FORGETTABLE_AGE_DAYS: Final = 45
REPAIR_BUCKETS: Final = 256
REPAIR_BYTES_MAX: Final = 4 * MIB
"""Decompressed: the rows that a tablet lists, and the states that it is sent, at once."""
REPAIR_TRIES_PER_DAY_MAX: Final = 8
"""How often a day one tablet may begin to repair one scope: a cut repair begins anew."""
RESULTS_ASKED_MAX: Final = 500
"""Changes whose result is asked for at once."""
TOMBSTONES_KEPT_DAYS: Final = 400
"""A tablet away for longer reads its areas anew."""

# --- a file with what is unsent -----------------------------------------------------------------
BUNDLE_PARTS_MAX: Final = 5_000
BUNDLE_FILES_MAX: Final = 20_000
BUNDLE_MANIFEST_BYTES_MAX: Final = 8 * MIB
BUNDLE_BYTES_MAX: Final = 3_900 * MIB
"""Of changes and files; below what a stick's usual file system can hold in one file."""
BUNDLE_FILE_BYTES_MAX: Final = 4_000 * MIB

# --- saving -------------------------------------------------------------------------------------
SEAL_IDLE_MS: Final = 60_000
BALLAST_BYTES: Final = 16 * MIB
STORAGE_RESERVE_BYTES: Final = 64 * MIB
"""Free space below which the tablet refuses a new answer before it is typed."""

# --- files --------------------------------------------------------------------------------------
BLOB_BYTES_MAX: Final = 64 * MIB
WHOLE_FILE_BYTES_MAX: Final = 512 * KIB
"""A tablet sends a file up to this size by one request; a larger one goes in parts."""
PART_BYTES_MIN: Final = 256 * KIB
PART_BYTES_MAX: Final = 1 * MIB
PARTS_OF_ONE_FILE_MAX: Final = 256
PARTS_KEPT_BYTES_MAX: Final = 256 * MIB
"""Parts of unfinished files that one tablet may leave at the server."""
PARTS_KEPT_DAYS: Final = 14
"""How long the server keeps parts of a file that nobody finishes."""
THUMBNAIL_BYTES_MAX: Final = 48 * KIB
PICTURE_HEAD_BYTES_MAX: Final = 512 * KIB
"""How far into a picture its measures are looked for; beyond, it counts as unreadable."""
FILE_NAMES_ASKED_MAX: Final = 500
"""Files that one question to the server may name."""
THUMBNAILS_PER_SESSION_MAX: Final = 200
REASON_LENGTH_MAX: Final = 500
IMAGE_PIXELS_MAX: Final = 100_000_000
IMAGE_SIDE_PIXELS_MAX: Final = 30_000
PHOTO_SIDE_PIXELS_MAX: Final = 1_600
"""Longer side of the copy that is shown."""
THUMBNAIL_SIDE_PIXELS: Final = 320
SIGNATURE_BYTES_MAX: Final = 1 * MIB
ATTACHMENTS_PER_RECORD_MAX: Final = 200
FILE_NAME_LENGTH_MAX: Final = 200

# --- forms --------------------------------------------------------------------------------------
FORM_DOCUMENT_BYTES_MAX: Final = 4 * MIB
FORM_SOURCE_BYTES_MAX: Final = 8 * MIB
QUESTIONS_PER_FORM_MAX: Final = 2_000
CHOICES_PER_LIST_MAX: Final = 10_000
EXPRESSION_LENGTH_MAX: Final = 4_000
EXPRESSION_DEPTH_MAX: Final = 40
ROWS_PER_REPEAT_MAX: Final = 2_000
ROWS_MADE_MAX: Final = 5_000
"""Rows that one form may make by itself in one record (counts of repeats in repeats multiply)."""
PLACES_PER_LINE_MAX: Final = 2_000
"""Corners of one line or area."""
CODEBOOK_BYTES_MAX: Final = 24 * MIB
"""A hundred thousand rows with several columns."""
FORM_UPLOAD_BYTES_MAX: Final = 32 * MIB
"""What may be uploaded for one form: its sheets, tables and media, packed or not."""
FORM_UNPACKED_BYTES_MAX: Final = 64 * MIB
FORM_FILES_MAX: Final = 150
"""Files that travel with one form."""
CANDIDATES_MAX: Final = 30
"""Uploaded forms that wait to be published or discarded."""
REHEARSED_RECORDS_MAX: Final = 200_000
REHEARSAL_FINDINGS_MAX: Final = 5_000
"""Records that a rehearsal lists by name; its counts are exact."""

# --- people and tablets -------------------------------------------------------------------------
PIN_DIGITS_MIN: Final = 6
PIN_DIGITS_MAX: Final = 12
PASSWORD_LENGTH_MIN: Final = 10
PASSWORD_LENGTH_MAX: Final = 200
SIGN_IN_ATTEMPTS_MAX: Final = 10
SIGN_IN_WINDOW_MS: Final = 15 * 60_000
STAFF_SESSION_IDLE_MS: Final = 60 * 60_000
STAFF_SESSION_MS_MAX: Final = 12 * 60 * 60_000
ENROLMENT_CODE_HOURS: Final = 24
ENROLMENT_CODE_LENGTH: Final = 10
DEVICE_TOKEN_BYTES: Final = 32
PASSWORD_HASHES_AT_ONCE_MAX: Final = 2
"""argon2id takes 19 MiB each."""
AREAS_PER_PERSON_MAX: Final = 200

# --- pages --------------------------------------------------------------------------------------
PAGE_ROWS_DEFAULT: Final = 50
PAGE_ROWS_MAX: Final = 200

assert HEAD_BYTES_MAX < CHANGE_BYTES_MAX, "a head is a part of its change"
assert CHANGE_BYTES_MAX + MESSAGE_HEADER_BYTES_MAX < PUSH_BYTES_MAX, "every change fits a push"
assert CHANGES_PER_TRANSACTION <= PUSH_CHANGES_MAX, "a push is at least one transaction"
assert PULL_BYTES_MAX + STATE_BYTES_MAX < PULL_ANSWER_BYTES_MAX
assert SEGMENT_STATES_BYTES + STATE_BYTES_MAX < PULL_ANSWER_BYTES_MAX, "a segment unfolds"
assert SEGMENT_STATES_BYTES // 100 < SEGMENT_ROWS_MAX, "a leave counts as a hundred bytes"
assert SEEN_OF_EXISTENCE_MAX * 40 < HEAD_BYTES_MAX, "a deletion fits a head"
assert STATE_BYTES_MAX < PULL_BYTES_MAX, "every state fits a page"
assert PULL_BYTES_DEFAULT <= PULL_BYTES_MAX
assert CHANGE_BYTES_MAX < STATE_BYTES_MAX, "a state holds at least what one change may say"
assert TEXT_LENGTH_MAX * 3 < CHANGE_BYTES_MAX, "the longest Thai answer fits a change"
assert SIGNATURE_BYTES_MAX <= BLOB_BYTES_MAX
assert PART_BYTES_MIN <= WHOLE_FILE_BYTES_MAX <= PART_BYTES_MAX <= PULL_ANSWER_BYTES_MAX
assert PARTS_OF_ONE_FILE_MAX * PART_BYTES_MIN >= BLOB_BYTES_MAX, "every file can be cut"
assert PARTS_KEPT_BYTES_MAX >= 2 * BLOB_BYTES_MAX, "an unfinished file does not bar the next"
assert PHOTO_SIDE_PIXELS_MAX**2 <= IMAGE_PIXELS_MAX
assert QUESTIONS_PER_FORM_MAX <= FIELDS_PER_RECORD_MAX, "a change can answer every question"
assert FORM_FILES_MAX + 2 <= ATTACHMENTS_PER_RECORD_MAX, "a form names its files in one change"
assert RETRY_MS_MIN < RETRY_MS_MAX
assert PIN_DIGITS_MIN <= PIN_DIGITS_MAX
assert STAFF_SESSION_IDLE_MS <= STAFF_SESSION_MS_MAX
assert PAGE_ROWS_DEFAULT <= PAGE_ROWS_MAX
assert BALLAST_BYTES < STORAGE_RESERVE_BYTES
assert BUNDLE_BYTES_MAX < BUNDLE_FILE_BYTES_MAX < 4096 * MIB
assert BUNDLE_PARTS_MAX + BUNDLE_FILES_MAX < 2**16 - 1, "a plain zip counts its entries in 16 bits"
assert STATE_BYTES_MAX < REPAIR_BYTES_MAX
assert len(str(INTEGER_MAX)) <= NUMBER_DIGITS_MAX
