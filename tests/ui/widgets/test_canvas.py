"""What the canvas sends becomes strokes, and no more of it than a drawing has room for."""

import tracemalloc

from core.data.pen import MAX_POINTS
from core.ui.widgets.canvas import Board, strokes


def test_a_stroke_that_was_moved_turned_or_resized_is_where_it_is_seen():
    path = {"path": [["M", 50, 60], ["L", 150, 60], ["L", 150, 160]], "left": 100, "top": 110}

    def ends(**changed):
        ((line,), _) = strokes([path | changed])
        return line.round(6).tolist()

    assert ends() == [[50, 60], [150, 60], [150, 160]]
    assert ends(left=130, top=100) == [[80, 50], [180, 50], [180, 150]]
    assert ends(scaleX=2) == [[0, 60], [200, 60], [200, 160]]
    assert ends(flipX=True) == [[150, 60], [50, 60], [50, 160]]
    assert ends(angle=90) == [[150, 60], [150, 160], [50, 160]]  # clockwise on the screen
    assert ends(angle="x") == ends(left=None) == ends(scaleY=float("nan")) == ends()


def test_curves_of_the_canvas_become_points_on_the_curve():
    path = {"path": [["M", 0, 0], ["Q", 10, 0, 10, 10], ["L", 20, 10]]}
    ((line,), _) = strokes([path])
    assert line[0].tolist() == [0, 0] and line[-1].tolist() == [20, 10]
    assert [7.5, 2.5] in line.tolist()  # the middle of the quadratic curve


def test_no_more_is_unpacked_of_a_drawing_than_it_has_room_for():
    short = {"path": [["M", 1, 1], ["L", 9, 9]]}
    endless = {"path": [["M", 0, 0]] + [["Q", 1, 1, 2, 2]] * 3_000_000}
    tracemalloc.start()
    found, _ = strokes([short, endless, short])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 1 and most < 100_000
    dense = {"path": [["M", 0, 0]] + [["Q", 1, 1, 2, 2]] * 2000}  # 8001 points
    assert len(strokes([dense] * 9)[0]) == MAX_POINTS // 8001
    assert strokes([{"path": [7] * (MAX_POINTS + 1)}, short])[0] == []  # nothing, but a lot of it
    assert len(strokes([short] * 500)[0]) == 400
    assert strokes([{"path": [["M", *[1] * 5000]]}])[0] == []


def test_a_board_that_is_cleared_is_an_empty_canvas_of_another_key():
    board = Board(content={"objects": [1]})
    before = str(board)
    board.clear()
    assert board.content is None and str(board) != before
