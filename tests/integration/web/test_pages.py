"""What the pages show, and what each must not show."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sepakat.exchange import agreeing, marking
from sepakat.exchange.accounting import account_for_view
from sepakat.exchange.overview import came_from, decided, went_to
from sepakat.exchange.ports import Node
from sepakat.exchange.statements import forked
from sepakat.exchange.viewing import view_of
from sepakat.exchange.watching import raise_alerts
from sepakat.stix.identifiers import AgreementId, PartyId
from tests.integration.web.browser import Browser, section, text_of
from tests.integration.web.conftest import add_everybody, signed_in
from tests.integration.web.objects import CUT, FOR_FRANCE, GROUP, HELD, OPEN, SECRET, TAKEN_BACK, WANTED
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation

RU, FR = PartyId("ru"), PartyId("fr")


def row_of(html: str, party: str) -> str:
    """The part of an object's page about one partner."""
    found = [
        part for part in html.split('<details class="partner"')[1:] if f'<span class="quiet">{party}</span>' in part
    ]
    assert len(found) == 1
    return text_of(found[0].partition(">")[2].split("</details>")[0])


def test_front_page_of_a_new_node_says_in_words_that_nothing_happened(anna: Browser) -> None:
    words = anna.text("/")
    for said in (
        "No partner is known yet",
        "No agreement waits for our signature",
        "Nothing is late",
        "Nothing came",
        "Nothing went",
        "No recall, no notice and no request for consent waits",
    ):
        assert said in words
    assert "nothing goes to anybody" in anna.text("/agreements")


def test_agreements_stand_with_their_state_and_direction(reader: Browser) -> None:
    words = reader.text("/agreements")
    assert re.search(r"in force Counter-terrorism us → ru us-ru", words)
    assert re.search(r"in force From Russia ru → us ru-us", words)
    assert re.search(r"offered Training us → iq us-iq", words)
    assert "up to TLP:GREEN" in words


def test_partners_stand_with_what_came_and_the_state_of_both_logs(reader: Browser) -> None:
    html = reader.get("/parties").text
    assert 'href="/parties/ru/came"' in html
    assert 'href="/parties/ru/went/us-ru"' in html
    assert "signed by both" in text_of(html) or "both signed up to" in text_of(html)
    assert "no node" in text_of(html)


def test_front_page_shows_what_came_and_what_went_with_links_to_the_objects(reader: Browser) -> None:
    html = reader.get("/").text
    assert f'<a href="/objects/{WANTED}">Statement of the minister</a>' in section(html, "came")
    assert f'<a href="/objects/{CUT}">Meeting in Washington</a>' in section(html, "went")
    assert "tear-line variant" in text_of(section(html, "went"))
    assert "1 object taken by analyst" in text_of(section(html, "taken"))


def test_front_page_shows_what_waits_for_an_answer(reader: Browser) -> None:
    words = text_of(section(reader.get("/").text, "waits"))
    assert "We asked ru to let it go on to fr : joint operation" in words
    assert "the source withdrew it" in words
    assert "no answer yet" in words


def test_front_page_counts_what_is_to_be_reviewed_acknowledged_and_looked_at(reader: Browser) -> None:
    html = reader.get("/").text
    counts = dict(re.findall(r'<a href="([^"]+)"><span class="count">([0-9]+)</span>', html))
    assert counts["/notices"] == "1"
    assert counts["/watches"] == "0"
    assert f"{counts['/reports']} proposed" in reader.text("/reports")
    waits = text_of(section(html, "waits"))
    assert "read it before the meeting urgent notice of ru" in waits


def test_pictures_say_in_words_how_much_came_and_went(reader: Browser) -> None:
    html = reader.get("/").text
    assert re.search(r'aria-label="RU: [1-9]\d* came and \d+ went in 14 days"', html)


def test_objects_are_found_by_words_type_and_partner(reader: Browser) -> None:
    assert "Black Banner Group" in reader.text("/objects")
    assert "Black Banner Group" in reader.text("/objects?words=BANNER+black")
    assert "Nothing fits" in reader.text("/objects?words=ban")
    only = reader.text("/objects?type=threat-actor&words=")
    assert "Black Banner Group" in only
    assert "Meeting in Washington" not in only
    given = reader.get("/objects?released_to=ru").text
    assert GROUP in given
    assert SECRET not in given.partition("<tbody")[2]
    assert WANTED in reader.get("/objects?received_from=ru").text
    assert HELD in reader.get("/objects?state=held").text.partition("<tbody")[2]


def test_table_of_objects_goes_on_as_a_part_for_the_script(reader: Browser) -> None:
    part = reader.get("/objects?type=campaign", **{"HX-Request": "true"}).text
    assert "<html" not in part
    assert part.strip().startswith("<tr")


def test_columns_are_chosen(reader: Browser) -> None:
    html = reader.get("/objects?col-id=1").text
    assert f"<wbr>{GROUP.partition('--')[2]}" in html
    assert text_of(html.partition("<thead")[2].partition("</thead>")[0]).endswith("Name Id")


def test_search_is_kept_used_and_removed(node: Node, anna: Browser) -> None:
    token = anna.token("/objects?words=hydra")
    kept = anna.client.post("/searches/save", data={"token": token, "name": "Hydra", "query": "words=hydra"})
    assert kept.headers["location"] == "/objects?words=hydra&said=saved"
    assert '<a href="/objects?words=hydra">Hydra</a>' in anna.get("/objects").text
    assert "Hydra" not in signed_in(node, "overseer").text("/objects")
    anna.client.post("/searches/forget", data={"token": token, "name": "Hydra"})
    assert "Hydra" not in anna.text("/objects")


def test_found_objects_are_exported_as_a_bundle(reader: Browser) -> None:
    bundle = reader.get("/objects-bundle?type=threat-actor").json()
    assert [one["id"] for one in bundle["objects"]] == [GROUP]


def test_personal_data_is_shown_after_a_purpose_which_the_overseer_reads(tmp_path: Path) -> None:
    with simulation(tmp_path, "us") as made:
        add_everybody(made["us"])
        made.take_in("us", made.written_by("us", GROUP, "green", name="A witness of the siege"))
        marking.annotate(made["us"], GROUP, person_category="witness", necessity="a case")
        person = signed_in(made["us"], "analyst")
        closed = person.get(f"/objects/{GROUP}")
        assert "A witness of the siege" not in closed.text
        assert "A witness of the siege" not in person.get(f"/objects/{GROUP}/bundle").text
        assert person.get("/objects-bundle").json()["objects"] == []
        token = person.token(f"/objects/{GROUP}")
        person.client.post(f"/objects/{GROUP}/consult", data={"token": token, "purpose": "case 12"})
        assert "A witness of the siege" in person.text(f"/objects/{GROUP}")
        assert "case 12" in signed_in(made["us"], "overseer").text("/administration")


def test_picture_of_links_names_both_ends_and_the_kind(tmp_path: Path) -> None:
    with simulation(tmp_path, "us") as made:
        add_everybody(made["us"])
        link = made.written_by(
            "us",
            "relationship--3b1c9a52-6c1e-4f0a-9d57-000000000011",
            "green",
            relationship_type="attributed-to",
            source_ref=CUT,
            target_ref=GROUP,
        )
        made.take_in(
            "us",
            made.written_by("us", GROUP, "green", name="Black Banner Group"),
            made.written_by("us", CUT, "green", name="Autumn raids"),
            link,
        )
        person = signed_in(made["us"], "analyst")
        person.get("/objects")
        words = person.text(f"/objects/{GROUP}")
        assert re.search(r"← attributed-to .*Autumn raids", words)


def test_report_stands_with_its_lines_beside_what_comes_from_them(reader: Browser) -> None:
    html = reader.get("/reports/newest").text
    words = text_of(html)
    assert "by Rangga Wirasena" in words
    assert "Rabu, 13 Maret 2019 20:45 WITA" in words
    assert re.search(r'<mark class="k-group"[^>]*><a href="#p\d+">Abu Sayyaf</a></mark>', html)
    assert "3 other stories on the page" in words
    assert words.count("Nelayan Sabah Lolos dari Perompak") == 1


def test_rival_answers_stand_side_by_side_with_their_picture(reader: Browser) -> None:
    html = reader.get("/questions/strength").text
    words = text_of(html)
    assert "contested" in words
    assert {"about 500 persons", "about 300 persons"} <= set(re.findall(r"<h3>([^<]+)</h3>", html))
    assert 'class="estimates"' in html
    assert "Hypotheses against evidence" in words


def test_watch_area_is_shown_on_a_map_with_what_is_new_there(reader: Browser) -> None:
    html = reader.get("/watches/delta?all=1").text
    assert '<ellipse class="area" cx="2210.0" cy="560.0"' in html
    assert re.search(r'<circle cx="2211.0" cy="557.0"', html)
    assert "The crossing" in text_of(section(html, "found"))
    assert "The delta" in reader.text("/watches")


def test_watch_area_shows_how_exact_places_are_when_it_came_and_every_estimate(reader: Browser) -> None:
    html = reader.get("/watches/delta?all=1").text
    # 60 kilometres are 0.54 degrees, wider from west to east this far north.
    assert '<ellipse class="reach" cx="2211.0" cy="557.0" rx="6.5" ry="5.4"' in html
    assert "somewhere within 60 km" in text_of(html)
    timeline = section(html, "timeline")
    assert re.search(r'aria-label="1 contested, \d new; 1 May 2030 . 1 May 2030"', timeline)
    estimates = text_of(section(html, "estimates"))
    assert "persons 2 estimates" in estimates
    assert "1. 2030-05-01 US: about 300 persons" in estimates


def test_personal_data_is_told_in_a_watch_area_without_what_it_says(tmp_path: Path) -> None:
    with simulation(tmp_path, "us") as made:
        add_everybody(made["us"])
        person = signed_in(made["us"], "analyst")
        token = person.token("/watches")
        person.client.post("/watches/add", data={"token": token, "id": "siege", "name": "Siege", "topics": "siege"})
        made.clock.advance(minutes=1)
        made.take_in("us", made.written_by("us", GROUP, "green", name="A witness of the siege"))
        marking.annotate(made["us"], GROUP, topics=["siege"], person_category="witness", necessity="a case")
        assert len(raise_alerts(made["us"])) == 1
        html = person.get("/watches/siege?all=1").text
        assert GROUP in html
        assert "A witness of the siege" not in html


def test_area_is_watched_looked_at_and_watched_no_more(node: Node, anna: Browser) -> None:
    token = anna.token("/watches")
    form = {"token": token, "id": "north", "name": "The north", "regions": "IQ", "kind-estimate": "1"}
    assert anna.client.post("/watches/add", data=form).headers["location"] == "/watches/north?said=watched"
    assert "Nobody has said yet" in anna.text("/watches/north")
    anna.client.post("/watches/north/look", data={"token": token})
    assert "Since somebody last looked" in anna.text("/watches/north")
    anna.client.post("/watches/north/end", data={"token": token})
    assert anna.get("/watches/north").status_code == 404
    assert anna.client.post("/watches/add", data={**form, "latitude": "x"}).status_code == 400


def test_editor_names_every_fault_and_says_in_sentences_what_is_valid(world: Simulation) -> None:
    person = signed_in(world["us"], "releaser")
    token = person.token("/agreement-editor?taker=ru")
    bad = person.client.post("/agreement-editor", data={"token": token, "do": "check", "document": "sepakat: 2\nx: 1"})
    assert re.search(r"\d+ faults", text_of(bad.text))
    text = agreement_text("us-ru-next", title="Next")
    good = person.client.post("/agreement-editor", data={"token": token, "do": "simulate", "document": text})
    words = text_of(good.text)
    assert "Next (version 1): us gives ru" in words
    assert "What would change if both signed now" in words
    assert "would newly go" in words


def test_decision_is_tried_under_a_draft_on_what_is_pasted(world: Simulation) -> None:
    person = signed_in(world["us"], "overseer")
    token = person.token("/try")
    wide = agreement_text("us-ru-wide", title="Wide", ceiling="amber")
    form = {"token": token, "party": "ru", "object": FOR_FRANCE}
    assert "withheld" in text_of(section(person.client.post("/try", data=form).text, "tried"))
    tried = person.client.post("/try", data={**form, "document": wide})
    assert "whole" in text_of(section(tried.text, "tried"))
    for wrong in (
        {"party": "nobody"},
        {"object": "campaign--x"},
        {"document": "x"},
        {"at": "yesterday"},
        {"bundle": "{"},
    ):
        answer = person.client.post("/try", data={**form, **wrong})
        assert 'role="alert"' in answer.text


def test_decisions_show_outcome_and_taker(reader: Browser) -> None:
    words = reader.text("/decisions")
    assert re.search(r"Meeting in Washington tear-line variant campaign to ru us-ru", words)
    assert re.search(r"Black Banner Group whole threat-actor to ru us-ru", words)
    assert "Safe house list" not in words


def test_log_that_was_forked_stands_in_red_beside_its_partner(tmp_path: Path) -> None:
    with simulation(tmp_path, "us", "ru") as made:
        add_everybody(made["us"])
        made.introduce(("us", "ru"))
        made.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
        made.sync("us", "ru")
        person = signed_in(made["us"], "overseer")
        assert "another root" not in person.text("/log")
        with made["us"].store.writing() as unit:
            state = unit.syncs.everything()[0]
            unit.syncs.put(replace(state, last_error=forked(RU, 3).message))
        red = person.get("/log").text.partition('class="state bad told"')[2].partition("</div>")[0]
        assert "at 3 leaves it has another root than it had before" in red


def test_object_page_has_one_row_for_each_partner(reader: Browser) -> None:
    html = reader.get(f"/objects/{GROUP}").text
    assert html.count('<details class="partner"') == 3
    assert row_of(html, "ru").startswith("whole RU ru")
    assert "log: leaf" in row_of(html, "ru")
    assert row_of(html, "iq").startswith("withheld Iraq iq")
    assert "No agreement has ever been in force" in row_of(html, "iq")


def test_object_page_tells_a_variant_from_the_whole(reader: Browser) -> None:
    assert row_of(reader.get(f"/objects/{CUT}").text, "ru").startswith("tear-line variant RU ru")


def test_object_page_tells_who_has_not(reader: Browser) -> None:
    html = reader.get(f"/objects/{FOR_FRANCE}").text
    assert row_of(html, "ru").startswith("withheld")
    assert row_of(html, "fr").startswith("whole")
    why = reader.text(f"/objects/{FOR_FRANCE}/why/ru")
    assert "marked TLP:AMBER, clause S1 of us-ru allows up to TLP:GREEN" in why
    assert row_of(reader.get(f"/objects/{SECRET}").text, "fr").startswith("withheld")


def test_object_page_tells_who_gave_it(reader: Browser) -> None:
    html = reader.get(f"/objects/{WANTED}").text
    assert row_of(html, "ru").startswith("gave it to us")
    assert "information of ru from ru under ru-us" in text_of(section(html, "versions"))


def test_object_page_tells_who_had_what_was_recalled_or_held(reader: Browser) -> None:
    held = reader.get(f"/objects/{HELD}").text
    assert row_of(held, "ru").startswith("had it; withdrawn")
    assert "names a witness" in text_of(section(held, "put"))
    taken_back = reader.get(f"/objects/{TAKEN_BACK}").text
    assert "recalled" in text_of(taken_back.split("</header>")[1])


def test_markings_stand_in_words_with_the_colour_of_their_level(reader: Browser) -> None:
    html = reader.get(f"/objects/{CUT}").text
    assert '<span class="tlp green">TLP:GREEN</span>' in html
    words = text_of(section(html, "markings"))
    assert "TLP:RED For the eyes of the persons it was given to, nobody else. on description" in words


def test_content_from_outside_is_shown_and_never_run(reader: Browser) -> None:
    for path in (f"/objects/{OPEN}", "/", "/parties/ru/sees", "/decisions"):
        html = reader.get(path).text
        assert "<script>" not in html
    assert '<script>alert("x")</script>' in reader.text(f"/objects/{OPEN}")


def test_what_a_partner_sees_is_exactly_what_was_published_to_it(world: Simulation, reader: Browser) -> None:
    left = section(reader.get("/parties/ru/sees").text, "left")
    published = view_of(world["us"], RU)[0].rows
    assert left.count("<li>") == len(published)
    for row in published:
        assert row.id in left


def test_left_side_of_a_view_shows_nothing_of_what_is_withheld_or_of_another_partner(reader: Browser) -> None:
    html = reader.get("/parties/ru/sees").text
    left, right = section(html, "left"), section(html, "right")
    for object_id, name in ((SECRET, "Safe house list"), (FOR_FRANCE, "Convoy on the delta road"), (HELD, "a witness")):
        assert name not in left
        assert object_id not in left
        assert name in right
    assert CUT not in left
    assert "a source names who stayed away" not in left
    assert "us-fr" not in left


def test_right_side_names_what_is_cut(reader: Browser) -> None:
    assert re.search(
        r"Meeting in Washington tear-line variant", text_of(section(reader.get("/parties/ru/sees").text, "right"))
    )


def test_partner_without_any_agreement_in_force_sees_nothing(reader: Browser) -> None:
    assert "it sees nothing of us" in reader.text("/parties/iq/sees")


def test_suspended_view_shows_only_tombstones(tmp_path: Path) -> None:
    with simulation(tmp_path, "us", "ru") as made:
        add_everybody(made["us"])
        made.introduce(("us", "ru"))
        made.conclude(agreement_text(), "us", "ru")
        made.take_in("us", made.written_by("us", GROUP, "green", name="Black Banner Group"))
        person = signed_in(made["us"], "overseer")
        assert "Black Banner Group" in section(person.get("/parties/ru/sees").text, "left")
        agreeing.suspend(made["us"], "us-ru", "talks broke off")
        left = section(person.get("/parties/ru/sees").text, "left")
        assert "Black Banner Group" not in left
        assert "only tombstones can be read" in left
        assert "suspended" in person.text("/agreements")


def test_lists_page_through_everything_once(world: Simulation) -> None:
    node = world["us"]
    sequences: list[int] = []
    before = None
    while True:
        page = went_to(node, RU, AgreementId("us-ru"), before, limit=3)
        assert len(page.entries) <= 3
        sequences += [entry.row.sequence for entry in page.entries]
        if page.older is None:
            break
        before = page.older
    with node.store.reading() as unit:
        every = unit.views.rows(page.collection.id, include_withdrawn=True)
    assert sequences == sorted((row.sequence for row in every), reverse=True)


def test_decisions_page_through_everything_once(world: Simulation) -> None:
    numbers: list[int] = []
    before = None
    while True:
        page = decided(world["us"], before, limit=4)
        numbers += [entry.number for entry in page.entries]
        if page.older is None:
            break
        before = page.older
    assert numbers == sorted(set(numbers), reverse=True)
    with world["us"].store.reading() as unit:
        assert len(numbers) == len(unit.views.recorded(limit=1000))


def test_what_came_is_of_that_partner_alone(world: Simulation) -> None:
    assert {entry.arrival.giver for entry in came_from(world["us"], RU).entries} == {RU}
    assert came_from(world["us"], FR).entries == ()


def test_both_sides_of_a_view_page_through_everything_once(world: Simulation) -> None:
    node = world["us"]
    whole = account_for_view(node, RU, limit=1000)
    page = account_for_view(node, RU, limit=2)
    seen = [entry.row.sequence for entry in page.seen]
    withheld = [entry.id for entry in page.withheld]
    other = page
    while page.seen_next is not None:
        page = account_for_view(node, RU, seen_after=page.seen_next, limit=2)
        seen += [entry.row.sequence for entry in page.seen]
    while other.withheld_next is not None:
        other = account_for_view(node, RU, withheld_after=other.withheld_next, limit=2)
        withheld += [entry.id for entry in other.withheld]
    assert seen == [entry.row.sequence for entry in whole.seen]
    assert withheld == [entry.id for entry in whole.withheld]
    assert len(withheld) > 2


def test_further_leads_to_the_next_page(world: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.web.pages._EXPLAINED", 2)
    person = signed_in(world["us"], "analyst")
    html = person.get("/parties/ru/sees").text
    further = re.search(r'rel="next" href="([^"]*)"', section(html, "left"))
    assert further is not None
    assert person.get(further[1].replace("&amp;", "&")).status_code == 200
