"""The drawings of a collection: counted, named, taken in from a file."""

import pytest

from core.data import DIGITS, Collection
from core.training import Workspace
from core.ui.pages.teach.gallery import FIRST, drawings
from core.ui.pages.teach.state import TeachState
from core.ui.shell.session import Session
from core.ui.widgets.collections import complain
from tests.drawn import digits, shapes
from tests.pages.conftest import components, words
from tests.ui.drawn_page import drawn


def gallery(which, collection):
    mine = Session(workspace=Workspace())
    mine.workspace.collect(which, lambda _: collection)
    mine.state(TeachState).which = which

    def page():
        complain(mine)
        drawings(mine, mine.workspace.collection(which))

    return mine, drawn(page)


def sent(app, content):
    (field,) = app.get("file_uploader")
    return field.set_value(("theirs.npz", content, "application/octet-stream")).run()


def own(app):
    return {one.key: one for one in app.button}


def test_drawings_are_counted_and_shown_newest_first_with_what_they_are_said_to_be():
    collection = digits(2)
    _, app = gallery("digits", collection)
    (data,) = components(app, "receptive_gallery")
    assert f"**{len(collection)} drawings**, the newest first" in words(app)
    newest = list(range(len(collection)))[::-1][:FIRST]
    assert [tile["number"] for tile in data["tiles"]] == [collection.identities[number] for number in newest]
    for tile, number in zip(data["tiles"], newest):
        apart = collection.kept_apart[number]
        name = str(collection.labels[number])
        assert tile["alt"] == f"drawing {number + 1}, “{name}”" + (", held out for the test" if apart else "")
        assert tile["label"] == name + ("\nheld out" if apart else "")
    app.toggle(key="teach/all").set_value(True).run()
    assert len(components(app, "receptive_gallery")[0]["tiles"]) == len(collection)


def test_one_drawing_is_one_drawing():
    one = Collection(
        "Mine", DIGITS, *(part[:1] for part in (digits(1).images, digits(1).labels, digits(1).kept_apart))
    )
    assert "**1 drawing**, the newest first" in words(gallery("digits", one)[1])


def test_of_none_it_is_said_and_nothing_can_be_exported_or_deleted():
    _, app = gallery("digits", digits(1).without_drawings())
    assert "**0 drawings**" in words(app) and "None yet." in words(app)
    assert app.get("download_button")[0].proto.disabled and not components(app, "receptive_gallery")


def test_a_file_of_the_same_classes_is_added_or_put_in_place_of_what_is_there():
    theirs = shapes(3)
    for act, there in (("add", shapes(1).joined(theirs)), ("replace", theirs)):
        mine, app = gallery("own", shapes(1))
        sent(app, theirs.to_bytes())
        assert f"{theirs.name}: 9 drawings of circle, cross, triangle." in words(app)
        own(app)[f"teach/import/{act}"].click().run()
        found = mine.workspace.collection("own")
        assert len(theirs) == sum(found.find(image / 255) is not None for image in theirs.images) == 9
        assert found.fingerprint == there.fingerprint


def test_a_file_of_other_classes_can_only_be_put_in_place_of_what_is_there():
    mine, app = gallery("own", shapes(1))
    sent(app, shapes(2).with_class_name(0, "sun").to_bytes())
    assert "teach/import/add" not in own(app)
    own(app)["teach/import/replace"].click().run()
    assert mine.workspace.collection("own").class_names == ("sun", "cross", "triangle")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no archive", "."),
        (shapes(1).to_bytes(), "Its classes are not the ten digits. Import it under “My own classes”."),
    ],
)
def test_a_file_that_cannot_be_taken_gets_a_sentence_and_changes_nothing(content, sentence):
    mine, app = gallery("digits", digits(1))
    before = mine.workspace.collection("digits")
    sent(app, content)
    assert app.error[0].value.endswith(sentence) and not any("teach/import" in key for key in own(app))
    assert mine.workspace.collection("digits") is before


def test_a_file_that_is_larger_than_any_collection_is_not_read(monkeypatch):
    content = shapes(1).to_bytes()
    for most, refused in ((len(content), False), (len(content) - 1, True)):
        monkeypatch.setattr("core.ui.pages.teach.gallery.MAX_FILE", most)
        _, app = gallery("own", shapes(1))
        sent(app, content)
        assert [one.value for one in app.error] == ["This file is larger than any collection."] * refused


def test_drawings_that_are_added_to_classes_which_another_window_has_changed_are_refused():
    mine, app = gallery("own", shapes(1))
    sent(app, shapes(2).to_bytes())
    mine.workspace.collect("own", lambda there: there.with_class_name(0, "ring"))
    left = mine.workspace.collection("own")
    own(app)["teach/import/add"].click().run()
    assert mine.workspace.collection("own") is left and app.error
