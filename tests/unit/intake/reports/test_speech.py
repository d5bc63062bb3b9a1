from __future__ import annotations

import pytest

from sepakat.intake.reports.reading import read_report

Told = tuple[str | None, str | None, str]


def told(text: str) -> list[Told]:
    reading = read_report(text.encode(), "a.txt")
    page = reading.page.text
    return [(one.speaker, one.act, page[one.start : one.end].strip(" ,")) for one in reading.statements if one.speaker]


@pytest.mark.parametrize(
    ("text", "speaker", "act", "content"),
    [
        ("The road was closed after the storm, the mayor said on Sunday, as rain fell in the hills.", None, None, ""),
        (
            "The police said that the road to the north was closed.",
            "The police",
            "say",
            "the road to the north was closed",
        ),
        (
            "Germany's interior minister, Anna Weiss, said on Sunday that it was over.",
            "Anna Weiss",
            "say",
            "it was over",
        ),
        ("Berlin rejected the accusation that it had paid.", "Berlin", "deny", "the accusation that it had paid"),
        (
            "Menurut Kapolda Bali Made Surya, dua orang itu telah pergi.",
            "Made Surya",
            "say",
            "dua orang itu telah pergi",
        ),
        (
            "Dua orang itu telah pergi dari sana, kata Kapolda Bali Made Surya.",
            "Made Surya",
            "say",
            "Dua orang itu telah pergi dari sana",
        ),
        (
            "Beijing menolak tudingan bahwa pihaknya yang membayar.",
            "Beijing",
            "deny",
            "tudingan bahwa pihaknya yang membayar",
        ),
    ],
)
def test_reported_speech_has_speaker_act_and_content(
    text: str, speaker: str | None, act: str | None, content: str
) -> None:
    found = told(text)
    if speaker is not None:
        assert found == [(speaker, act, content)]
    else:
        assert [one[2] for one in found] == ["The road was closed after the storm"]


@pytest.mark.parametrize(
    "text",
    [
        "The ministry did not comment on the report of the attack.",
        "No group has claimed responsibility for what was done there.",
        "The man accused of the attack was taken to the court in the city.",
        "Kementerian itu belum memberikan keterangan tentang serangan yang terjadi.",
        "Juru bicara itu tidak menyebut nama negara yang dimaksud oleh menteri.",
    ],
)
def test_silence_and_nouns_are_no_statements(text: str) -> None:
    assert told(text) == []


def test_direct_speech_of_two_sentences_is_one_statement() -> None:
    found = told('Menteri Dalam Negeri Budi Hartono datang. "Kami siap. Kami akan datang," kata Budi di sana.')
    assert found == [("Budi Hartono", "say", "Kami siap. Kami akan datang")]
