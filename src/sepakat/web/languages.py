"""The languages of the pages, their catalogues, and which one a person reads.

English is the text itself; Indonesian comes from `catalogues/id.po`, read once a process. A text without translation
stays English, and a test finds it. What was asked for by cookie counts before what the browser prefers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "id": "Bahasa Indonesia"})
"""Every language by its code, named in itself."""

DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language. `forms` has singular and plural where a text counts."""

    language: str
    texts: Mapping[str, str]
    forms: Mapping[str, tuple[str, ...]]

    def gettext(self, text: str) -> str:
        """The text in this language."""
        return self.texts.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The text for so many; Indonesian has one form for all."""
        forms = self.forms.get(one)
        if forms is not None:
            return forms[0]
        return one if count == 1 else many


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language; kept as long as the process, since what is packaged does not change."""
    texts: dict[str, str] = {}
    forms: dict[str, tuple[str, ...]] = {}
    if language != DEFAULT:
        with files("sepakat.web").joinpath("catalogues", f"{language}.po").open("rb") as file:
            for message in read_po(file, locale=language):
                if isinstance(message.id, tuple):
                    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
                    if said[0]:
                        forms[message.id[0]] = tuple(str(form) for form in said)
                elif message.id and message.string:
                    texts[str(message.id)] = str(message.string)
    return Catalogue(language, texts, forms)


def language_of(asked: str, accepted: str) -> str:
    """The language for a person: the one asked for, else the first of the browser's that there is, else English."""
    if asked in LANGUAGES:
        return asked
    for entry in accepted.split(","):
        code = entry.partition(";")[0].strip().lower().partition("-")[0]
        # Browsers of long ago say `in` for Indonesian.
        known = {"in": "id"}.get(code, code)
        if known in LANGUAGES:
            return known
    return DEFAULT
