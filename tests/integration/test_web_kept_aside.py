"""What the office keeps aside is told to its people with the reason, and so is a flagged change."""

from __future__ import annotations

from shared.problem_sentences import sentence
from tests.support.office_scene import Scene
from tests.support.page_reading import signed_in, text


def test_the_page_of_tablets_says_what_is_kept_aside_and_why(scene: Scene) -> None:
    tablet = scene.tablets[0]
    tablet.creates({"identity/fac_name": "นอกพื้นที่"}, kind="factory", scope="area:nowhere")
    tablet.push()
    page = text(signed_in(scene, "admin").get("/tablets").text)
    assert sentence("scope.not_held", "en") in page
    assert "(scope.not_held)" in page


def test_a_history_says_why_a_change_was_flagged(scene: Scene) -> None:
    tablet = scene.tablets[0]
    tablet.sets(scene.inspection, {"resources/nobody_asked": "1"})
    tablet.push()
    page = text(signed_in(scene).get(f"/records/{scene.inspection}").text)
    assert sentence("form.unknown_field", "en") in page
