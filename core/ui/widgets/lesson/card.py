"""The card of the lesson that goes on, beside any page: the step, what is to be done, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from core.learn.lessons import Course, Fact, Lesson, Offered, Place, Predict, Step
from core.learn.lessons.facts import NAMED, NUMBERS, RELATION_WORDS, SET
from core.learn.lessons.passages import link_address
from core.ui.components import component
from core.ui.shell.frame import plain, refreshing
from core.ui.shell.pages import PAGES, go_to, open_to
from core.ui.shell.private import css_class
from core.ui.shell.session import Session
from core.ui.widgets.lesson.ending import ending, finish
from core.ui.widgets.lesson.known import known
from core.ui.widgets.lesson.noticing import noticed, reached
from core.ui.widgets.lesson.opening import LessonState, follow, lesson_of, open_network
from core.ui.widgets.lesson.questions import ask

SECONDS = 1.0  # between two looks at whether a thing is done
END = "The pages and settings that it left out come back. How far you have come is kept."


def lesson_card(mine: Session, page: str) -> None:
    """The card; nothing where no lesson goes on.

    Args:
        mine: the session.
        page: id of the page beside which it is.
    """
    lesson = lesson_of(mine.course)
    if lesson is None:
        return
    openings = mine.state(LessonState).opens

    def state() -> tuple[object, ...]:
        course = mine.course
        return course.running, course.place.ended, course.folded, _waits(lesson, course.place), openings.number

    refreshing(state, _waits(lesson, mine.course.place), SECONDS, lambda: _draw(mine, lesson, page))


def _waits(lesson: Lesson, place: Place) -> bool:
    """Whether something is to be done that has not been noticed yet."""
    number = _number(lesson, place)
    return not place.ended and bool(lesson.steps[number].do) and number not in place.done


def _number(lesson: Lesson, place: Place) -> int:
    return min(place.step, len(lesson.steps) - 1)


def _draw(mine: Session, lesson: Lesson, page: str) -> None:
    course = mine.course
    if not course.running:
        return
    place = course.place
    number = _number(lesson, place)
    step = lesson.steps[number]
    if _waits(lesson, place) and noticed(step.do, mine, page, place):
        mine.change_course(lambda course: course.moved(course.place.with_done(number)))
        place = place.with_done(number)
    with st.container(key="lesson", gap="small"):
        _head(mine, lesson, course, number)
        if not course.folded:
            with st.container(key="lesson-body", gap="small"):
                if place.ended:
                    ending(mine, lesson, course)
                else:
                    _text(mine, step, number)
                    _places(mine, step, page)
                    _task(step, number, place)
                    ask(mine, step, number, place)
            _ways(mine, lesson, number, place)
        _in_the_browser(mine, lesson, step, number, place)


def _head(mine: Session, lesson: Lesson, course: Course, number: int) -> None:
    """The step's name and how far one has come; it stays in sight while one reads."""

    def fold() -> None:
        mine.change_course(lambda course: replace(course, folded=not course.folded))

    steps = len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson-head"):
        done = ":green[:material/check_circle:] " if course.folded and number in course.place.done else ""
        st.markdown(f"{done}**{plain(step_title(lesson, course, number))}**", width="stretch")
        icon, label = ("expand_less", "Show") if course.folded else ("expand_more", "Fold")
        st.button(label, type="tertiary", icon=f":material/{icon}:", on_click=fold, key="lesson/fold")
        st.button(
            "End", type="tertiary", icon=":material/close:", on_click=lambda: _end(mine), help=END, key="lesson/end"
        )
    if not course.folded:
        ended = course.place.ended
        words = "finished" if ended else f"Step {number + 1} of {steps}"
        st.progress(1.0 if ended else (number + 1) / steps, text=f"{plain(lesson.title)} · {words}")


def step_title(lesson: Lesson, course: Course, number: int) -> str:
    """What stands at the top of the card."""
    if course.place.ended:
        return "The end"
    return f"{number + 1}/{len(lesson.steps)} · {lesson.steps[number].title}"


def _end(mine: Session) -> None:
    ended = mine.course.place.ended
    mine.end_lesson()
    mine.notice = "" if ended else "The lesson has ended. The page Lessons goes on with it where you were."


def _text(mine: Session, step: Step, number: int) -> None:
    if step.text.markdown:
        st.markdown(step.text.markdown)
    networks = {one.name: one for one in (*known().networks, *filter(None, [step.network]))}
    with st.container(key="unseen-lesson-links"):
        for index, link in enumerate(step.text.links):
            st.button(
                f"{link.kind} {index}", on_click=follow, args=(mine, link, networks), key=f"lesson/link/{index}",
            )  # fmt: skip


def _places(mine: Session, step: Step, page: str) -> None:
    """Buttons that open the step's page and its network."""
    network = step.network
    elsewhere = step.page is not None and step.page != page and open_to(mine, step.page)
    if not (elsewhere or network):
        return
    with st.container(horizontal=True, gap="small"):
        if elsewhere and step.page is not None:
            info = PAGES[step.page]
            st.button(
                f"Open {plain(info.title)}", icon=f":material/{info.icon}:", on_click=go_to, args=(info.id,),
                key="lesson/page",
            )  # fmt: skip
        if network is not None:
            there = mine.editor.network == network.network
            st.button(
                f"Open {plain(network.network.name)}", icon=":material/account_tree:", disabled=there,
                on_click=_opens(mine, network), key="lesson/network",
                help="It is in the editor." if there else "In the editor; Undo on Build brings yours back.",
            )  # fmt: skip


def _opens(mine: Session, network: Offered) -> Callable[[], None]:
    return lambda: open_network(mine, network)


def _task(step: Step, number: int, place: Place) -> None:
    if not step.do:
        return
    words = task_words(step.do)
    if number in place.done:
        st.markdown(f":green[:material/check_circle:] **Done:** {words}")
    else:
        st.markdown(f":material/radio_button_unchecked: **To do:** {words}")


def task_words(facts: Sequence[Fact]) -> str:
    """What is to be done, in Markdown."""
    return "; ".join(map(fact_words, facts))


def fact_words(fact: Fact) -> str:
    """One of the things that are to be done, in Markdown."""
    if fact.kind == "page":
        return f"open {plain(known().pages[fact.name])}"
    if fact.kind == SET:
        return _setting(fact)
    if fact.kind in NUMBERS:
        number = f"{fact.number:,.15g}"
        unit = " %" if fact.kind == "test-accuracy" else " px" if fact.kind == "receptive-field" else ""
        relation = RELATION_WORDS[fact.relation].replace("fewer", "less" if fact.kind in LESS else "fewer")
        return " ".join(filter(None, (_NUMBERS[fact.kind], relation, f"{number}{unit}")))
    if fact.kind == "finished" and fact.network is not None:
        return f"train {plain(fact.network.name)} to the end"
    if fact.kind in NAMED:
        name = fact.network.name if fact.network is not None else _exercise(fact)
        return _NAMED[fact.kind].format(plain(name))
    return _PLAIN[fact.kind]


def _setting(fact: Fact) -> str:
    control = known().control(fact.name, fact.control)
    relation = RELATION_WORDS[fact.relation].replace("fewer", "less")
    wanted = plain(fact.value) if fact.value else f"{relation} {fact.number:,.15g}".strip()
    return f"on {plain(known().pages[fact.name])}, {control.words if control else fact.control}: {wanted}"


def _exercise(fact: Fact) -> str:
    from core.learn.exercises import KINDS

    return KINDS[fact.name].title if fact.kind == "exercise" else fact.name


LESS = ("learning-rate", "test-accuracy", "receptive-field")
_PLAIN = {
    "changed": "change the network in the editor",
    "augmented": "let the training images be augmented",
    "training": "start a training",
    "finished": "train the network in the editor to the end",
    "overfits": "train until the diagnosis says that it over-fits",
    "drawn": "draw something",
    "unit": "click a number in a map",
}
_NAMED = {
    "network": "open {} in the editor",
    "has": "a {} layer in the network",
    "has no": "no {} layer in the network",
    "optimizer": "choose the optimiser {}",
    "exercise": "solve an exercise of the kind “{}”",
}
_NUMBERS = {
    "parameters": "parameters of the network:",
    "multiply-adds": "multiply-adds of the network:",
    "receptive-field": "receptive field at the end of the convolutional part:",
    "layers": "layers:",
    "epochs": "epochs:",
    "training-images": "training images:",
    "learning-rate": "learning rate:",
    "batch-size": "batch size:",
    "test-accuracy": "test accuracy:",
    "runs": "finished runs of this lesson:",
    "compared": "runs of this lesson chosen on Compare:",
}


def _ways(mine: Session, lesson: Lesson, number: int, place: Place) -> None:
    """Back and on; nobody is forced to do a thing before they go on."""

    def go(step: int) -> None:
        mine.change_course(lambda course: course.moved(reached(mine, course.place, step)))
        mine.state(LessonState).fields.renew()

    last = number == len(lesson.steps) - 1
    with st.container(horizontal=True, gap="small", key="lesson-ways"):
        back = number if place.ended else number - 1
        st.button(
            "Back", icon=":material/arrow_back:", disabled=back < 0, on_click=go, args=(back,), key="lesson/back"
        )
        if place.ended:
            st.button("Close", icon=":material/close:", on_click=lambda: _end(mine), key="lesson/next")
            return
        kind = "secondary" if _open_ends(lesson.steps[number], number, place) else "primary"
        if last:
            st.button("Finish", icon=":material/flag:", type=kind, on_click=lambda: finish(mine), key="lesson/next")
        else:
            st.button(
                "Next", icon=":material/arrow_forward:", type=kind, on_click=go, args=(number + 1,), key="lesson/next"
            )


def _open_ends(step: Step, number: int, place: Place) -> bool:
    """Whether something of the step is still to be done or answered."""
    undone = bool(step.do) and number not in place.done
    asked = step.question is not None and (
        number not in place.answers if isinstance(step.question, Predict) else number not in place.right
    )
    return undone or asked


def _in_the_browser(mine: Session, lesson: Lesson, step: Step, number: int, place: Place) -> None:
    """Links in the text press their buttons; what was noticed is said to who cannot see it."""
    links = {link_address(link): css_class(f"lesson/link/{index}") for index, link in enumerate(step.text.links)}
    said = f"Done: {task_words(step.do)}" if step.do and number in place.done else ""
    data = {
        "links": links,
        "said": said.replace("\\", ""),
        "step": f"{mine.course.running}/{number}",
        "told": _told(number, place),
        "name": f"Lesson: {lesson.title}",
    }
    with st.container(key="lesson-said"):
        component("lesson")(data=data, key="lesson/browser")


def _told(number: int, place: Place) -> str:
    """Changes with what is told at the end of a step; empty where nothing is."""
    if number not in place.answers and number not in place.looked:
        return ""
    return f"{place.answers.get(number)}/{place.looked.count(number)}/{number in place.done}"
