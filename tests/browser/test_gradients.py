"""Gradients in a real browser: the four steps, a kernel that is clicked, and the loss after the step."""

from playwright.sync_api import expect

from tools.screenshots import settled


def test_a_visitor_goes_through_the_four_steps_and_explains_a_gradient(page, server):
    page.goto(f"{server}/gradients")
    expect(page.get_by_text("nothing left to learn from this image")).to_be_visible()
    page.get_by_role("button", name="Take a test image that it gets wrong").click()
    expect(page.get_by_text("nothing left to learn from this image")).to_have_count(0)
    expect(page.get_by_label("Number")).not_to_have_value("0")
    page.get_by_label("Number").fill("247")  # a 4 that LeNet-5 is less certain of
    page.get_by_label("Number").press("Enter")
    expect(page.get_by_text("Input: test image 247")).to_be_visible()
    for name, seen in (("Loss", "Where the way back begins"), ("Backward", "Explain this gradient")):
        page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()
        expect(page.get_by_text(seen, exact=True)).to_be_visible()
    settled(page)
    expect(page.get_by_text("TensorFlow’s own gradient is")).to_contain_text("the same")
    page.get_by_label("Unit, 1 to 10").fill("2")
    page.get_by_label("Unit, 1 to 10").press("Enter")
    expect(page.get_by_text("Unit 2, input")).to_be_visible()
    page.get_by_role("radio", name="Update").or_(page.get_by_role("button", name="Update")).first.click()
    expect(page.get_by_text("The gradient promised a change by")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
