"""Glossary: the words of the field as all pages use them."""

from core.ui.pages.glossary.glossary import list_terms, search
from core.ui.pages.glossary.state import GlossaryState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(GlossaryState)
head("Glossary", "The words of the field, each with its meaning; type a word to find it.")
mine.show_notice()
search(own)
list_terms(own)
link_to("exercises", "Work with them: Exercises", "edit_note")
