"""An office whose files lie in an S3 bucket: the same doors, the same doctor, the same losses."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from server.app import create_app, office_of
from server.cli import main
from server.config import Config
from server.services.examine_installation import examine_installation
from server.services.receive_blob import finish_blob, receive_blob, receive_part
from server.services.want_files import withdraw_bad_files
from server.store.blob_bucket import BlobBucket
from server.store.office import Office
from shared.limits import KIB
from sync.parts import cut_of
from tests.support.bucket import BucketServer
from tests.support.pictures import picture

DEVICE = "01a0c462-bc24-7943-8999-5d987508d8b5"
DATA = picture(1600, 1200) + random.Random(5).randbytes(600 * KIB)
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[BucketServer]:
    with BucketServer() as server:
        yield server


@pytest.fixture
def office(s3: BucketServer, tmp_path: Path) -> Iterator[Office]:
    config = Config(
        tmp_path,
        testing=True,
        quick_passwords=True,
        pages=False,
        blob_store=s3.address(),
        blob_endpoint=s3.endpoint,
    )
    found = office_of(create_app(config))
    yield found
    found.database.close()


def test_parts_make_a_file_in_the_bucket_that_the_doctor_reads(office: Office) -> None:
    cut = cut_of(len(DATA))
    for index in reversed(range(cut.count)):
        part = DATA[cut.start(index) : cut.start(index) + cut.length(index)]
        own_hash = hashlib.sha256(part).hexdigest()
        receive_part(office, DEVICE, NAME, cut, index, part, own_hash)
    assert finish_blob(office, DEVICE, NAME, cut).new
    assert not finish_blob(office, DEVICE, NAME, cut).new
    assert b"".join(office.blobs.read(NAME)) == DATA
    assert examine_installation(office).wrong == []
    assert not list((office.config.blobs / "incoming").iterdir()), "nothing is left on this disk"


def test_damage_in_the_bucket_is_found_wanted_and_mended(office: Office) -> None:
    receive_blob(office, NAME, [DATA], DEVICE)
    assert isinstance(office.blobs, BlobBucket)
    obstore.put(office.blobs._store, f"files/{NAME[:2]}/{NAME}", DATA[:-1] + b"?")
    assert examine_installation(office, files_too=False).wrong == []
    assert len(examine_installation(office).wrong) == 1
    assert withdraw_bad_files(office, read=True) == {NAME: "damaged"}
    assert receive_blob(office, NAME, [DATA], DEVICE).new
    assert examine_installation(office).wrong == []


def test_the_command_line_names_the_bucket_and_a_wrong_one_says_what_to_write(
    s3: BucketServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data", str(tmp_path), "--blobs", s3.address(), "--blobs-endpoint", s3.endpoint]
    assert main([*words, "init"]) == 0
    assert main([*words, "doctor", "--files"]) == 0
    capsys.readouterr()
    wrong = ["--data", str(tmp_path), "--blobs", "bucket/without/scheme"]
    assert main([*wrong, "doctor"]) == 1
    assert "s3://BUCKET/PREFIX" in capsys.readouterr().err
