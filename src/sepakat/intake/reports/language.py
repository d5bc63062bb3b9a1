"""Whether a text is Indonesian or English, by the little words that every text of either has; else neither."""

from __future__ import annotations

import re

_INDONESIAN = frozenset(
    """yang dan di dari dengan untuk pada dalam ini itu akan tidak telah sudah oleh ke juga karena bahwa adalah para
    sebagai ia dia mereka kami kita saat atau tersebut kata lebih bisa dapat belum masih hingga setelah antara secara
    serta namun seorang sebuah menjadi ada""".split()
)
_ENGLISH = frozenset(
    """the of and to in a is was that for on with as at by from it he she they his her their has have had were be been
    are not said will would but or an which this after who its about more than into over no we you i""".split()
)
_WORD = re.compile(r"[A-Za-z]+")


def language_of(text: str) -> str | None:
    """`id`, `en`, or None where neither is plain."""
    words = [word.casefold() for word in _WORD.findall(text[:20_000])]
    indonesian = sum(word in _INDONESIAN for word in words)
    english = sum(word in _ENGLISH for word in words)
    if max(indonesian, english) < max(2, len(words) // 25):
        return None
    if indonesian >= 1.5 * english:
        return "id"
    return "en" if english >= 1.5 * indonesian else None
