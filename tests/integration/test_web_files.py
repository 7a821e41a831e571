"""Files on a record's page: shown, heralded, kept without being shown, missing, waived."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sqlalchemy import select

from server.models import BlobReferenceRow, BlobRow, RecordRow
from server.services.want_files import hear_lost, withdraw_bad_files
from sync.parts import digest_text
from tests.support.office_scene import Scene
from tests.support.page_reading import signed_in
from tests.support.pictures import picture

SMALL = picture(320, 240)


def files_of(scene: Scene) -> list[str]:
    with scene.world.office.database.reading() as session:
        named = select(BlobReferenceRow.sha256).where(BlobReferenceRow.root == scene.inspection)
        return sorted(session.scalars(named))


def lose(scene: Scene, name: str) -> None:
    (scene.world.office.config.blobs / name[:2] / name).unlink()
    withdraw_bad_files(scene.world.office, read=False)


def send_thumbnail(scene: Scene, original: str) -> None:
    tablet = scene.tablets[0]
    own_hash = digest_text(hashlib.sha256(SMALL).hexdigest())
    reply = scene.world.http.put(
        f"/api/v1/blobs/{original}/thumbnail",
        data=SMALL,
        headers={"Authorization": f"Bearer {tablet.token}", "Content-Digest": own_hash},
    )
    assert reply.status_code == 201


def page_of(client: Any, scene: Scene) -> str:
    return str(client.get(f"/records/{scene.inspection}").text)


def waive(client: Any, scene: Scene, name: str, reason: str) -> Any:
    page = page_of(client, scene)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    return client.post(
        f"/records/{scene.inspection}/files/{name}/waive",
        data={"csrf": csrf[1], "reason": reason},
        headers={"Origin": "http://localhost"},
    )


def test_a_page_shows_small_pictures_and_opens_the_full_ones(scene: Scene) -> None:
    client, name = signed_in(scene, "admin"), files_of(scene)[0]
    assert f'src="/files/{name}"' in page_of(client, scene)
    send_thumbnail(scene, name)
    page = page_of(client, scene)
    assert f'src="/files/{name}/thumbnail"' in page
    assert f'data-zoom="/files/{name}"' in page
    small = client.get(f"/files/{name}/thumbnail")
    assert (small.data, small.headers["Content-Type"]) == (SMALL, "image/jpeg")
    part = client.get(f"/files/{name}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    assert part.headers["ETag"] == f'"{name}"'


def test_what_is_missing_is_counted_asked_for_and_waived_with_a_reason(scene: Scene) -> None:
    client, names = signed_in(scene, "admin"), files_of(scene)
    client.get("/language/en")
    send_thumbnail(scene, names[0])
    lose(scene, names[0])
    lose(scene, names[1])
    page = page_of(client, scene)
    assert f"Missing 2 of {len(names)} files" in page
    assert "the tablet is asked for it again" in page
    assert "Small picture" in page, "the tablet's small picture stands in"
    assert "Go on without" not in page, "nobody has said that it cannot come"
    lost = [{"sha256": names[0], "reason": "damaged"}, {"sha256": names[1], "reason": "missing"}]
    hear_lost(scene.world.office, scene.tablets[0].device, lost)
    page = page_of(client, scene)
    assert "The tablet says that this file is damaged" in page
    assert "Go on without this file" in page
    assert waive(client, scene, names[0], "  ").status_code == 422
    assert waive(client, scene, "x" * 64, "why").status_code == 404
    for name in names[:2]:
        assert waive(client, scene, name, "แท็บเล็ตตกน้ำ").status_code == 303
    page = page_of(client, scene)
    assert "Missing" not in page
    assert "แท็บเล็ตตกน้ำ" in page
    with scene.world.office.database.reading() as session:
        row = session.get(RecordRow, scene.inspection)
        assert row is not None
        assert row.missing_files == 0


def test_a_file_that_may_not_be_decoded_is_handed_out_to_keep_and_never_shown(
    scene: Scene,
) -> None:
    client, name = signed_in(scene, "admin"), files_of(scene)[0]
    client.get("/language/en")
    with scene.world.office.database.writing() as session:
        row = session.get(BlobRow, name)
        assert row is not None
        row.code = "blob.image_too_large"
    page = page_of(client, scene)
    assert "Kept whole, not shown" in page
    assert "more pixels than can be opened safely" in page
    assert f'src="/files/{name}"' not in page
    reply = client.get(f"/files/{name}")
    assert reply.headers["Content-Disposition"] == "attachment"
    assert reply.headers["Content-Type"] == "application/octet-stream"
