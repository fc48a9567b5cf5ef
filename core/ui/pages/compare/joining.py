"""Networks that are trained for the comparison: they join it as they begin."""

from __future__ import annotations

from core.ui.pages.compare.state import CompareState
from core.ui.shell.session import Session
from core.ui.widgets.series import followed_series
from core.ui.widgets.studies import StudyState


def joining(mine: Session) -> None:
    """How far the runs are that are trained for this page; each joins the comparison once, where it has room."""
    series = mine.workspace.series_of("compare")
    if series is None:
        return
    own, study = mine.state(CompareState), mine.state(StudyState)
    for run in series.runs.values():
        key = f"run/{run.created}"
        if key not in own.joined:
            own.joined |= {key}
            study.add(key)
    if not series.over:
        followed_series(series, "compare/series")
