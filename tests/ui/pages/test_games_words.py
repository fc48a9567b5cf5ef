"""What the games say: whose prediction it is, whose points, and which class."""

from core.insight import Verdict
from core.insight.games import Round, Split
from core.network import Dense, Flatten, Network
from core.training import build_model
from core.ui.pages.games import against, split
from core.ui.pages.games.state import BestSplit, GamesState
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView
from tests.ui.drawn_page import drawn, html, said
from tests.ui.sides import inked

NETWORK = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Told")
SUBJECT = ModelView("Told", NETWORK, build_model(NETWORK, seed=1), "mnist", False, "told")


def test_a_round_says_who_has_which_points_and_who_said_what(monkeypatch):
    monkeypatch.setattr(against, "choose_subject", lambda *_: SUBJECT)
    verdicts = tuple(Verdict(label, 0, 0.875, 0.5) for label in (4, 9))
    mine = Session()
    mine.state(GamesState).rounds["told"] = Round((11, 12), (7, 8), verdicts, True, 0, (7,))
    words = said(drawn(lambda: against.against_the_network(mine)))
    assert "**Image 1 of 2** · You 1, the network 0" in words
    assert "You say **7**, the network says **4** (87.50 %); the makers of the dataset say **7**." in words
    mine.state(GamesState).rounds["told"] = Round((11, 12), (7, 8), verdicts, True, 2, (7, 9))
    app = drawn(lambda: against.against_the_network(mine))
    assert [one.value for one in app.subheader] == ["You 1, the network 0"]
    assert "test image 11, which is 7: you 7 ✓, it 4 ✗" in html(app)
    assert "test image 12, which is 8: you 9 ✗, it 9 ✗" in html(app)


def test_the_best_split_is_told_with_what_each_network_said(monkeypatch):
    other = ModelView("Other", NETWORK, SUBJECT.model, "mnist", False, "other")
    named = {"told": SUBJECT, "other": other}
    monkeypatch.setattr(split, "subjects", lambda _: {"told": "Told", "other": "Other"})
    monkeypatch.setattr(split, "subject_of", lambda _, name: named[name])
    monkeypatch.setattr(split, "link_to", lambda *_: None)
    mine = Session()
    best = Split(Verdict(3, 1, 0.75, 0.5), Verdict(5, 1, 0.875, 0.5))
    mine.state(GamesState).networks = "told", "other"
    image = inked((4, 4))[..., 0]
    names = tuple("0123456789")
    mine.state(GamesState).best_splits[frozenset(("told", "other"))] = BestSplit(
        image, best, ("Told", "Other"), names
    )
    words = said(drawn(lambda: split.split_them(mine)))
    assert "**Best of this visit: 75.00 %**  \nTold: **3** (75.00 %)  \nOther: **5** (87.50 %)" in words
