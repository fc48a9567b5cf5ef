"""Every style sheet as Chromium reads it: what it does not know, it leaves out without a word."""

import re

import pytest

from core.ui.components import FOLDER

SHEETS = sorted(FOLDER.glob("*.css"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_every_rule_and_declaration_is_understood(page, path):
    text = path.read_text("utf-8")
    count = """text => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      const inside = (rule) => 1 + [...(rule.cssRules ?? [])].reduce((sum, one) => sum + inside(one), 0);
      return [...sheet.cssRules].reduce((sum, one) => sum + inside(one), 0);
    }"""
    assert page.evaluate(count, text) == text.count("{")
    declarations = re.findall(r"^\s+([\w-]+):\s*([^;{]+);$", text, re.M)
    assert len(declarations) == text.count(";")
    unknown = [one for one in declarations if not page.evaluate("one => CSS.supports(...one)", list(one))]
    assert not unknown
