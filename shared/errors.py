"""The whole error tree: operating errors with a stable code, a retry verdict and an HTTP status.

Expected outcomes are values, programmer errors are assertions; everything else that can go
wrong is one of these::

    SurveyError                     internal                    500
     |- BadInput                    input.malformed             400
     |   |- InvalidInput            input.invalid               422
     |   |- UnsupportedMedia        input.unsupported_media     415
     |   |- MethodNotAllowed        input.method_not_allowed    405
     |   |- TooLarge                input.too_large             413
     |   |   |- MessageTooLarge     sync.message_too_large      413
     |   |   |- BlobTooLarge        blob.too_large              413
     |   |   |- ImageTooLarge       blob.image_too_large        413
     |   |   `- TooManyParts        blob.too_many_parts         413
     |   |- JsonMalformed           json.malformed              400
     |   |- JsonTooDeep             json.too_deep               400
     |   |- JsonDuplicateKey        json.duplicate_key          400
     |   |- JsonNumber              json.number                 400
     |   |- JsonText                json.text                   400
     |   |- CanonicalError          canonical.unsupported       400
     |   |- TimeUnreadable          time.unreadable             400
     |   |- MalformedMessage        sync.malformed              400
     |   |- BlobMismatch            blob.hash_mismatch          422
     |   |- NotAnImage              blob.not_an_image           422
     |   `- FormInvalid             form.invalid                422
     |- NotSignedIn                 auth.required               401
     |   |- WrongCredentials        auth.wrong_credentials      401
     |   `- SessionExpired          auth.session_expired        401
     |- Forbidden                   auth.forbidden              403
     |   |- DeviceRevoked           auth.device_revoked         403
     |   |- OutsideArea             auth.outside_area           403
     |   |- PageExpired             auth.page_expired           403
     |   `- EnrolmentRefused        auth.enrolment_refused      403
     |- NotFound                    not_found                   404
     |- ConflictingState            state.conflict              409
     |   |- EpochChanged            sync.epoch_changed          409
     |   |- ChainForked             sync.forked                 409
     |   |- NumberGap               sync.number_gap             409
     |   |- PartsMissing            blob.parts_missing          409
     |   `- TransitionRefused       state.transition_refused    409
     |- Gone                        gone                        410
     |   `- RebaselineNeeded        sync.rebaseline_needed      410
     |- UpgradeNeeded               upgrade.needed              426
     |- TooManyAttempts             auth.too_many_attempts      429  retryable
     |- Busy                        busy                        503  retryable
     |   |- ClientBusy              sync.client_busy            503  retryable
     |   |- BlobStoreUnavailable    blob.store_unavailable      503  retryable
     |   `- DatabaseUnavailable     storage.unavailable         503  retryable
     |       `- TabletStorageFailed tablet.storage_failed       503  retryable
     |- NetworkUnavailable          network.unavailable         503  retryable
     |   `- NotOurServer            network.not_our_server      503  retryable
     |- StorageFull                 storage.full                507  retryable
     |   `- TabletStorageFull       tablet.storage_full         507  retryable
     `- StorageCorrupt              storage.corrupt             500

``detail`` is for the log and the developer, in English; what a person reads is made from the
code by :mod:`shared.problem_sentences`, and :mod:`shared.error_codes` finds a class by its code.
A code never changes its meaning and never returns.
"""

from __future__ import annotations

from typing import Any, ClassVar


class SurveyError(Exception):
    """An operating error; `facts` are JSON-able details (limits, names, positions), never values
    that a person typed into a survey."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False
    http_status: ClassVar[int] = 500

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class BadInput(SurveyError):
    """What arrived cannot be read or breaks a rule; sending the same again cannot help."""

    code = "input.malformed"
    http_status = 400


class InvalidInput(BadInput):
    """Readable, but the fields are wrong; `facts["fields"]` names them."""

    code = "input.invalid"
    http_status = 422


class UnsupportedMedia(BadInput):
    """The content type or encoding is not one that is taken here."""

    code = "input.unsupported_media"
    http_status = 415


class MethodNotAllowed(BadInput):
    """The address exists, the verb does not."""

    code = "input.method_not_allowed"
    http_status = 405


class TooLarge(BadInput):
    """More than a bound of `shared.limits`; `facts["limit"]` is the bound."""

    code = "input.too_large"
    http_status = 413


class MessageTooLarge(TooLarge):
    """A push or pull beyond its bound: the tablet halves its batch."""

    code = "sync.message_too_large"


class BlobTooLarge(TooLarge):
    """A file beyond BLOB_BYTES_MAX."""

    code = "blob.too_large"


class ImageTooLarge(TooLarge):
    """A picture of more pixels than are safe to decode."""

    code = "blob.image_too_large"


class TooManyParts(TooLarge):
    """A tablet left more unfinished files at the server than are kept."""

    code = "blob.too_many_parts"


class JsonMalformed(BadInput):
    """Not JSON at all."""

    code = "json.malformed"


class JsonTooDeep(BadInput):
    """Nested deeper than the bound."""

    code = "json.too_deep"


class JsonDuplicateKey(BadInput):
    """One object names a key twice, so that two readers would see two values."""

    code = "json.duplicate_key"


class JsonNumber(BadInput):
    """NaN, Infinity, too many digits, or a fraction where decimals travel as text."""

    code = "json.number"


class JsonText(BadInput):
    """Text that cannot be stored: not UTF-8, a byte order mark, NUL, or half a character."""

    code = "json.text"


class CanonicalError(BadInput):
    """A value that has no canonical form (a float, an integer beyond 2^53-1, NUL, ...)."""

    code = "canonical.unsupported"


class TimeUnreadable(BadInput):
    """A time that is not of the form 2026-11-23T03:04:05.678Z, or is beyond the calendar."""

    code = "time.unreadable"


class MalformedMessage(BadInput):
    """A sync message that breaks the protocol."""

    code = "sync.malformed"


class BlobMismatch(BadInput):
    """The bytes of a file do not hash to its name."""

    code = "blob.hash_mismatch"
    http_status = 422


class NotAnImage(BadInput):
    """The bytes are not a picture of a kind that is taken."""

    code = "blob.not_an_image"
    http_status = 422


class FormInvalid(BadInput):
    """A form document with defects; `facts["defects"]` lists all of them."""

    code = "form.invalid"
    http_status = 422


class NotSignedIn(SurveyError):
    """Nobody is signed in, or no device token was sent."""

    code = "auth.required"
    http_status = 401


class WrongCredentials(NotSignedIn):
    """Name and PIN or password do not fit; which of them is not told."""

    code = "auth.wrong_credentials"


class SessionExpired(NotSignedIn):
    """Signed in once, but too long ago."""

    code = "auth.session_expired"


class Forbidden(SurveyError):
    """Signed in, but this is not for this person or device."""

    code = "auth.forbidden"
    http_status = 403


class DeviceRevoked(Forbidden):
    """A revoked tablet may push, never pull."""

    code = "auth.device_revoked"


class OutsideArea(Forbidden):
    """The record belongs to an area that is not this person's."""

    code = "auth.outside_area"


class PageExpired(Forbidden):
    """The page's own token is missing or old (cross-site request protection)."""

    code = "auth.page_expired"


class EnrolmentRefused(Forbidden):
    """The enrolment code is unknown, used, or older than a day; which is not told."""

    code = "auth.enrolment_refused"


class NotFound(SurveyError):
    """There is nothing at this address, or nothing this person may know of."""

    code = "not_found"
    http_status = 404


class ConflictingState(SurveyError):
    """The request was right for a state that has passed."""

    code = "state.conflict"
    http_status = 409


class EpochChanged(ConflictingState):
    """The server was restored: the tablet offers again what the server forgot."""

    code = "sync.epoch_changed"


class ChainForked(ConflictingState):
    """The chain at `chain_before` differs: the tablet mints a new incarnation."""

    code = "sync.forked"


class NumberGap(ConflictingState):
    """The server expects an earlier number of this client; `facts["expected"]` is it."""

    code = "sync.number_gap"


class TransitionRefused(ConflictingState):
    """The record cannot go from its state to the wished one, or not by this role."""

    code = "state.transition_refused"


class PartsMissing(ConflictingState):
    """A file cannot be made whole yet; `facts["missing"]` names its parts as `0-3,7`."""

    code = "blob.parts_missing"


class Gone(SurveyError):
    """It was there and will not return."""

    code = "gone"
    http_status = 410


class RebaselineNeeded(Gone):
    """The cursor is too old to be continued: push, then download the scope anew."""

    code = "sync.rebaseline_needed"


class UpgradeNeeded(SurveyError):
    """The program is too old to receive; sending still works."""

    code = "upgrade.needed"
    http_status = 426


class TooManyAttempts(SurveyError):
    """Too many tries in a short time; `facts["retry_after_s"]` says how long to wait."""

    code = "auth.too_many_attempts"
    http_status = 429
    retryable = True


class Busy(SurveyError):
    """Not now; `facts["retry_after_s"]` may say when."""

    code = "busy"
    http_status = 503
    retryable = True


class ClientBusy(Busy):
    """Another push of the same client is being received."""

    code = "sync.client_busy"


class BlobStoreUnavailable(Busy):
    """The place of files (a folder, a bucket) does not answer; nothing was kept."""

    code = "blob.store_unavailable"


class DatabaseUnavailable(Busy):
    """Deadlock, timeout, disk or connection trouble: rolled back, nothing was kept."""

    code = "storage.unavailable"


class TabletStorageFailed(DatabaseUnavailable):
    """The tablet's own database or folder cannot be written; nothing of the step was kept."""

    code = "tablet.storage_failed"


class NetworkUnavailable(SurveyError):
    """The server cannot be reached from here."""

    code = "network.unavailable"
    http_status = 503
    retryable = True


class NotOurServer(NetworkUnavailable):
    """Something answered, but not our server (a captive portal, another site)."""

    code = "network.not_our_server"


class StorageFull(SurveyError):
    """The server's disk is full."""

    code = "storage.full"
    http_status = 507
    retryable = True


class TabletStorageFull(StorageFull):
    """The tablet's storage is below its reserve."""

    code = "tablet.storage_full"


class StorageCorrupt(SurveyError):
    """Stored bytes do not hash to what was stored."""

    code = "storage.corrupt"
