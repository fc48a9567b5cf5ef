"""A lesson that ships, from its link to its end, with all that it asks for."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from core.learn.exercises import answer_words, generated
from core.learn.lessons import Ask, Practice, Predict
from core.ui.shell.pages import PAGES
from core.ui.widgets.lesson.opening import read, shipped_text
from tests.browser.test_journey import choose, clean, visit
from tests.browser.test_sandboxes import cell
from tools.screenshots import settled

NAME = "what-does-a-kernel-see"
LESSON = read(shipped_text(NAME)).lesson
STEPS = len(LESSON.steps)


def number_of_map_4(down: int, right: int) -> Callable[[Page], None]:
    """A click on this number of the first layer's fourth map."""

    def click(page: Page) -> None:
        if not page.url.endswith("feature_maps"):
            card(page).get_by_role("link", name="Feature maps").click()
        grid = page.locator('.maps .grid[data-layer="0"]')
        expect(grid).to_be_visible()
        close = page.locator(".st-key-docked-explanation").get_by_role("button", name="Close")
        if close.count():
            close.click()
            expect(close).to_have_count(0)
        settled(page)
        pitch = grid.bounding_box()["width"] / 6  # px from map to map, of which 8 are between them
        number = (pitch - 8) / 28
        grid.click(position={"x": 3 * pitch + (right + 0.5) * number, "y": (down + 0.5) * number})
        named = f"map 4, row {down + 1}, column {right + 1}"
        expect(page.locator(".st-key-docked-explanation").get_by_text(named).first).to_be_visible()

    return click


def evaluated(page: Page) -> None:
    page.get_by_role("radio", name="Without this kernel").click()
    page.get_by_role("button", name="Evaluate on 2,000 test images").click()


def swapped(page: Page) -> None:
    page.get_by_role("button", name="Example", exact=True).click()
    settled(page)
    for place, value in (("input:1,0", "2"), ("input:1,1", "5")):
        cell(page, place).fill(value)
        cell(page, place).press("Enter")
        expect(cell(page, place)).to_have_value(value)


DEEDS: dict[str, Callable[[Page], None]] = {
    "set convolution kernel = Horizontal edges": lambda page: choose(page, "Kernel", "Horizontal edges"),
    "set convolution kernel = Blur": lambda page: choose(page, "Kernel", "Blur"),
    "set convolution padding = zeros p": lambda page: page.get_by_role("radio", name="zeros p").click(),
    "set cost example = Torch light: 32×32×3": lambda page: page.get_by_role("button", name="Torch light").click(),
    "set kernels evaluated = 1": evaluated,
    "set kernels layer = 3": lambda page: choose(page, "Layer", "3 · Conv2D 16 @ 5×5, relu"),
    "set convolution size = 1": lambda page: page.get_by_role("button", name="1×1 as a dense layer").click(),
    "set pooling corner = 5": swapped,
}


def card(page: Page) -> Locator:
    return page.get_by_role("region", name=f"Lesson: {LESSON.title}")


def asked_for(number: int) -> str:
    """What stands behind `@do` in the lesson's text."""
    lines = shipped_text(NAME).splitlines()
    until = LESSON.steps[number + 1].line - 1 if number + 1 < STEPS else len(lines)
    found = [line for line in lines[LESSON.steps[number].line : until] if line.startswith("@do ")]
    return found[0].removeprefix("@do ") if found else ""


def answered(page: Page, question: Ask | Practice | Predict) -> None:
    here = card(page)
    if isinstance(question, Predict):
        here.get_by_role("radio").nth(question.right).locator("xpath=ancestor::label").click()
        here.get_by_role("button", name="Keep this prediction").click()
        expect(here.get_by_role("button", name="Keep this prediction")).to_have_count(0)
        return
    if isinstance(question, Ask):
        words = f"{question.answer:.{question.decimals}f}"
    else:
        exercise = generated(*question)
        words = answer_words(exercise.answer, exercise.form)
    field = here.get_by_role("textbox")
    field.fill(words)
    field.press("Enter")
    expect(here.get_by_text("Right.", exact=True)).to_be_visible()


def test_all_of_a_lesson_can_be_done_by_what_it_says(chromium, server):
    units = iter([number_of_map_4(9, 12), number_of_map_4(5, 12)])
    with visit(chromium, f"{server}/?lesson={NAME}", 1366, 768) as page:
        here = card(page)
        for number, step in enumerate(LESSON.steps):
            expect(here.get_by_text(f"{number + 1}/{STEPS} · {step.title}")).to_be_visible()
            settled(page)
            opens = f"Open {PAGES[step.page].title}" if step.page else ""
            if opens and here.get_by_role("button", name=opens, exact=True).count():
                here.get_by_role("button", name=opens, exact=True).click()
                expect(page.get_by_role("heading", name=PAGES[step.page].title, exact=True)).to_be_visible()
                settled(page)
            if step.question is not None:
                answered(page, step.question)
            fact = asked_for(number)
            if fact == "unit":
                next(units)(page)
            elif fact in DEEDS:
                DEEDS[fact](page)
            if fact:
                expect(here.get_by_text("Done:", exact=True)).to_be_visible()
            if isinstance(step.question, Predict):
                expect(here.get_by_text("As you predicted.")).to_be_visible()
            clean(page)
            here.get_by_role("button", name="Finish" if number + 1 == STEPS else "Next", exact=True).click()
        things = sum(bool(step.do) for step in LESSON.steps)
        predictions = sum(isinstance(step.question, Predict) for step in LESSON.steps)
        questions = sum(step.question is not None for step in LESSON.steps) - predictions
        said = f"{things} of {things} things done, {questions} of {questions} questions answered right, "
        expect(here.get_by_text(f"{said}{predictions} of {predictions} predictions came true.")).to_be_visible()
        expect(here.get_by_text("Worth another look")).to_have_count(0)
