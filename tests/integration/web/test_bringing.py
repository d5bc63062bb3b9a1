"""Taking content in on the pages: tables with what each column is, files that need not be chosen anew, reports."""

from __future__ import annotations

import re
from base64 import b64encode
from html import unescape
from io import BytesIO

import httpx
import openpyxl
import pytest

from sepakat.exchange.parties import add_partner
from sepakat.exchange.ports import Node
from sepakat.exchange.viewing import list_objects
from sepakat.stix.identifiers import PartyId
from tests.integration.web.browser import Browser, section, text_of
from tests.unit.benchmarks.golds import PAGES

TABLE = b"Ref,Host,Seen\nalpha,hxxp://bad[.]example/x,2030-01-02\nbeta,198.51.100.7,2030-01-03\n"


def fields(html: str) -> dict[str, str]:
    """What a browser would send of the form without a person's hand."""
    form = html.partition('<form method="post" action="/take-in"')[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>|<input name[^>]*>', form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name is not None
        found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        assert chosen is not None
        found[name] = unescape(chosen[1])
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)
    assert text is not None
    return found | {"content": unescape(text[1])}


def send(person: Browser, do: str, file: tuple[str, bytes] | None = None, /, **form: str) -> httpx.Response:
    sent = {"token": person.token("/sessions"), **form, "do": do}
    return person.client.post("/take-in", data=sent, files={"file": file or ("", b"")})


def held(node: Node) -> list[str]:
    return sorted(str(one.object.content.get("name")) for one in list_objects(node, type_="indicator"))


def test_table_is_looked_through_its_columns_changed_and_taken_in_without_choosing_it_anew(
    node: Node, anna: Browser
) -> None:
    looked = send(anna, "look", ("feed.csv", TABLE))
    words = text_of(looked.text)
    assert "A table of 2 rows." in words
    form = fields(looked.text)
    assert [form[f"heading-{place}"] for place in range(3)] == ["Ref", "Host", "Seen"]
    assert [form[f"role-{place}"] for place in range(3)] == ["ignore", "value", "first-seen"]
    assert held(node) == []
    again = send(anna, "look", **{**form, "role-0": "name", "save_mapping": "feed"})
    assert fields(again.text)["role-0"] == "name"
    assert "2 new objects" in text_of(section(again.text, "found"))
    kept = send(anna, "keep", **fields(again.text))
    assert kept.headers["location"] == "/objects?said=taken-in"
    assert held(node) == ["alpha", "beta"]
    with node.store.reading() as unit:
        assert [one.name for one in unit.intakes.mappings()] == ["feed"]
        [batch] = unit.intakes.latest()
    assert (batch.source, batch.by) == ("feed.csv", "analyst")


def test_kept_mapping_is_used_by_name_and_refused_for_another_table(node: Node, anna: Browser) -> None:
    looked = fields(send(anna, "look", ("feed.csv", TABLE)).text)
    send(anna, "keep", **{**looked, "role-0": "name", "save_mapping": "feed"})
    more = (
        TABLE.replace(b"alpha", b"gamma").replace(b"bad", b"worse").replace(b"beta,198.51.100.7", b"delta,198.51.100.8")
    )
    shown = send(anna, "look", ("next.csv", more), mapping="feed")
    assert fields(shown.text)["role-0"] == "name"
    assert send(anna, "keep", ("next.csv", more), mapping="feed").status_code == 303
    assert "gamma" in held(node)
    other = send(anna, "keep", ("other.csv", b"A,B\n198.51.100.9,x\n"), mapping="feed")
    assert "has no column" in text_of(other.text)
    assert "No mapping nothing" in text_of(send(anna, "look", ("next.csv", more), mapping="nothing").text)


def test_nothing_of_a_table_is_taken_before_a_person_saw_its_columns(node: Node, anna: Browser) -> None:
    answer = send(anna, "keep", ("feed.csv", TABLE))
    assert "nobody has accepted the mapping" in text_of(answer.text)
    assert held(node) == []
    assert send(anna, "keep", **fields(answer.text)).status_code == 303
    assert len(held(node)) == 2


def test_table_without_a_column_of_values_is_shown_so_that_one_can_be_named(node: Node, anna: Browser) -> None:
    answer = send(anna, "look", ("x.csv", b"A,B\nfirst,second\nthird,fourth\n"))
    assert "expected a column of values" in text_of(answer.text)
    assert fields(answer.text)["role-0"] == "ignore"
    named = send(anna, "look", **{**fields(answer.text), "role-0": "value"})
    assert "expected a column of values" not in text_of(named.text)
    assert held(node) == []


def test_workbook_comes_back_whole_and_pasted_rows_stay_in_their_field(node: Node, anna: Browser) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("Host", "Name"), ("198.51.100.9", "epsilon")):
        book.active.append(row)
    made = BytesIO()
    book.save(made)
    form = fields(send(anna, "look", ("feed.xlsx", made.getvalue())).text)
    assert (form["kept"], form["kept_name"]) == (b64encode(made.getvalue()).decode(), "feed.xlsx")
    assert send(anna, "keep", **form).status_code == 303
    assert held(node) == ["epsilon"]
    pasted = fields(send(anna, "look", content=TABLE.decode()).text)
    assert "kept" not in pasted
    assert pasted["content"].strip() == TABLE.decode().strip()
    assert send(anna, "keep", **pasted).status_code == 303


def test_new_file_is_not_read_by_the_columns_of_the_one_before(anna: Browser) -> None:
    form = fields(send(anna, "look", ("feed.csv", TABLE)).text)
    other = fields(send(anna, "look", ("new.csv", b"IOC,Note\n198.51.100.9,x\n"), **form).text)
    assert [other["heading-0"], other["role-0"], other["kept_name"]] == ["IOC", "value", "new.csv"]
    assert "heading-2" not in other


@pytest.mark.parametrize(
    "wrong",
    [
        {"role-0": "winner"},
        {"role-0": "value", "role-1": "ignore", "heading-0": "Nowhere"},
        {"role-1": "ignore"},
        {"kept": "%%%"},
        {"kept": "", "content": ""},
        {"captured_at": "yesterday"},
        {"captured_at": "2999-01-01T00:00"},
        {"origin": "nobody"},
        {"mapping": "x" * 500},
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_words_and_nothing_is_kept(
    node: Node, anna: Browser, wrong: dict[str, str]
) -> None:
    form = fields(send(anna, "look", ("feed.csv", TABLE)).text)
    answer = send(anna, "keep", **{**form, **wrong})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert held(node) == []


def test_content_of_another_origin_is_taken_in_as_theirs_with_when_it_was_saved(node: Node, anna: Browser) -> None:
    add_partner(node, PartyId("fr"), "France", "FR")
    form = fields(send(anna, "look", ("feed.csv", TABLE)).text)
    assert send(anna, "keep", **{**form, "origin": "fr", "captured_at": "2030-01-05T10:00"}).status_code == 303
    assert {origin for one in list_objects(node, type_="indicator") for origin in one.origins} == {"fr"}
    with node.store.reading() as unit:
        [batch] = unit.intakes.latest()
    assert batch.captured_at is not None
    assert batch.captured_at.isoformat() == "2030-01-05T10:00:00+00:00"


def test_report_leads_to_its_review_and_the_same_one_is_known(anna: Browser) -> None:
    page = next(PAGES.glob("*/id-1.html"))
    looked = send(anna, "look", (page.name, page.read_bytes()))
    assert re.search(r"\d+ proposals to review", text_of(section(looked.text, "found")))
    kept = send(anna, "keep", **fields(looked.text))
    assert re.fullmatch(r"/reports/[^/]+\?said=read", kept.headers["location"])
    assert "Nothing of it is held before a person confirms it" in anna.text(kept.headers["location"])
    assert "Nothing new" in text_of(send(anna, "keep", **fields(looked.text)).text)


def test_large_file_is_to_be_chosen_once_more(anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.web.bringing.MOST_KEPT", 10)
    looked = send(anna, "look", ("feed.csv", TABLE))
    assert "choose it once more" in text_of(looked.text)
    assert 'name="kept"' not in looked.text
