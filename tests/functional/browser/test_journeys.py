"""The ways of people through the pages, from the first sign-in to the verified log, at two nodes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sepakat.exchange.parties import add_partner
from sepakat.stix.identifiers import PartyId
from tests.functional.browser.conftest import Person, Stage
from tests.integration.web.browser import PASSWORD
from tests.integration.web.objects import GROUP
from tests.unit.benchmarks.golds import PAGES

pytestmark = pytest.mark.needs_browser


def paste(person: Person, name: str, text: str) -> None:
    """Put a long text into a field at once."""
    person.page.locator(f"[name={name}]").fill(text)


def test_administrator_makes_a_user_who_signs_in_with_the_password_shown_once(fresh: Stage) -> None:
    with fresh.person(name="administrator") as boss:
        page = boss.open("/administration")
        page.get_by_text("Add a user").click()
        page.locator("form[action$='user-add'] [name=name]").fill("berta")
        boss.press("Add")
        shown = page.locator("section.waiting dd code").first.inner_text()
        boss.open("/administration")
        assert shown not in page.content()
        assert boss.said == []
    with fresh.stranger() as berta:
        page = berta.open("/sign-in?next=/log")
        page.locator("#name").fill("berta")
        page.locator("#password").fill(shown)
        page.locator("form[action='/sign-in'] button").click()
        page.wait_for_url("**/log")
        assert page.get_by_role("link", name="Administration").count() == 0


def test_language_is_chosen_and_kept(fresh: Stage) -> None:
    with fresh.person() as person:
        page = person.open("/objects")
        person.press("Bahasa Indonesia")
        assert page.url.endswith("/objects")
        assert page.locator("html").get_attribute("lang") == "id"
        assert page.locator("h1").inner_text() == "Objek"
        person.open("/log")
        assert page.get_by_role("button", name="Verifikasi sekarang").is_visible()


def test_report_is_taken_in_and_reviewed_with_the_keyboard(fresh: Stage) -> None:
    with fresh.person(name="analyst") as anna:
        page = anna.open("/take-in")
        page.locator("[name=file]").set_input_files(next(PAGES.glob("*/id-1.html")))
        anna.press("Take it in")
        page.wait_for_url("**/reports/*?said=read")
        assert page.locator("mark").count() > 5
        for _ in range(3):
            page.keyboard.press("j")
        number = page.evaluate("document.activeElement.id").removeprefix("p")
        page.keyboard.press("c")
        page.wait_for_url(f"**at={number}*")
        assert "confirmed" in page.locator(f"#p{number}").inner_text()
        assert page.evaluate("document.activeElement.id") == f"p{number}"
        page.keyboard.press("j")
        other = page.evaluate("document.activeElement.id").removeprefix("p")
        page.keyboard.press("r")
        page.wait_for_url(f"**at={other}*")
        assert "rejected" in page.locator(f"#p{other}").inner_text()
        page.keyboard.press("u")
        page.wait_for_function(f"document.querySelector('#p{other}').innerText.includes('proposed')")
        page.locator(f"#p{number}").get_by_role("link", name="the object").click()
        page.get_by_text("Add a marking").click()
        page.locator("form[action$='/mark'] select").select_option("TLP:GREEN")
        page.locator("form[action$='/mark'] button").click()
        assert page.locator(".notice.done").is_visible()
        assert "added here" in page.locator("section:has(#markings)").inner_text()
        assert anna.said == []


def test_table_is_brought_once_and_taken_in_under_the_columns_that_were_shown(fresh: Stage, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("Ref,Host\nalpha,198.51.100.7\nbeta,198.51.100.8\n", "utf-8")
    with fresh.person(name="analyst", scripts=False) as anna:
        page = anna.open("/take-in")
        page.locator("[name=file]").set_input_files(feed)
        anna.press("Look through it")
        page.get_by_label("Ref: is read as").select_option("name")
        page.get_by_label("Keep these columns under a name").fill("feed")
        anna.press("Take it in")
        assert page.get_by_role("link", name="alpha").is_visible()
        assert anna.said == []


def test_question_is_asked_answered_judged_and_settled_without_javascript(fresh: Stage) -> None:
    fresh.world.take_in("us", fresh.world.written_by("us", GROUP, "green", name="Black Banner Group"))
    with fresh.person(name="analyst", scripts=False) as anna:
        page = anna.open("/questions")
        for name, words in (("text", "Who attacked the hotel?"), ("subject", "hotel"), ("predicate", "attack")):
            page.locator(f"form[action$='/ask'] [name={name}]").fill(words)
        anna.press("Ask")
        assert page.url.endswith("/questions/attack/hotel?said=question-asked")
        for kind, words in (("hypothesis", "The group did it"), ("report", "Three men fled")):
            anna.open(f"/objects/{GROUP}")
            page.get_by_text("Make a claim on it").click()
            form = page.locator("form[action$='/claim']")
            form.locator("[name=kind]").select_option(kind)
            form.locator("[name=text]").fill(words)
            form.locator("[name=question]").fill("attack/hotel")
            anna.press("Claim")
        page.get_by_role("link", name="the question").first.click()
        page.locator("td details summary").first.click()
        page.locator("[name=verdict]").first.select_option("inconsistent")
        anna.press("Judge")
        assert "analyst: inconsistent" in page.locator("section:has(#matrix)").inner_text()
        page.get_by_text("Say that it is settled").click()
        page.locator("form[action$='/settle'] [name=reason]").fill("The cameras show it")
        anna.press("It is settled for us")
        assert "settled for us" in page.locator("header.head").inner_text()
        assert page.locator(".rivals section").count() == 2
        assert anna.said == []


@pytest.mark.parametrize(("locale", "scheme"), [("en", "light"), ("id", "dark")])
def test_agreement_is_written_signed_used_and_what_went_is_recalled(fresh: Stage, locale: str, scheme: str) -> None:
    world = fresh.world
    add_partner(world["ru"], PartyId("fr"), "France", "FR")
    group = world.written_by("us", GROUP, "green", name="Black Banner Group")
    bundle = json.dumps({"type": "bundle", "id": f"bundle--{GROUP.partition('--')[2]}", "objects": [group]})
    with (
        fresh.person("us", locale=locale, scheme=scheme) as us,
        fresh.person("ru", locale=locale, scheme=scheme) as ru,
    ):
        # (1) Something is taken in.
        page = us.open("/take-in")
        paste(us, "content", bundle)
        page.locator("button[value=look]").click()
        assert page.locator("#found").is_visible()
        page.locator("button[value=keep]").click()
        page.wait_for_url("**/objects?said=taken-in")
        # (2) An agreement is written with the form, tried on what is held, kept and offered.
        us.open("/agreement-editor?taker=ru")
        for name in ("topics", "regions", "types"):
            page.locator(f"[name={name}]").fill("any")
        page.locator("[name=approval]").select_option("auto")
        page.locator("[name=max_age]").fill("any")
        page.locator("button[value=fill]").click()
        assert "approval: auto" in page.locator("#document").input_value()
        page.locator("button[value=simulate]").click()
        assert "Black Banner Group" in page.locator("section:has(#simulated)").first.inner_text()
        page.locator("button[value=keep]").click()
        page.wait_for_url("**/agreements/us-ru-2030?said=drafted*")
        page.locator("form[action$='/offer'] button").click()
        page.wait_for_url("**said=offered")
        world.settle()
        # (3) The other node signs; what may go arrives.
        theirs = ru.open("/")
        theirs.locator("#sign a").first.click()
        theirs.locator("form[action$='/accept'] button").click()
        theirs.wait_for_url("**said=accepted")
        world.settle()
        world.sync("ru", "us")
        ru.open("/objects?words=banner")
        assert theirs.get_by_role("link", name="Black Banner Group").is_visible()
        # (4) Here it says who has it, and why.
        us.open(f"/objects/{GROUP}")
        row = page.locator("details.partner").first
        assert row.locator(".state.whole").first.is_visible()
        row.locator("summary").click()
        row.locator(".findings").first.wait_for()
        # (5) They ask whether it may go on; we say yes.
        ru.open(f"/objects/{GROUP}")
        theirs.locator("form[action$='/ask-consent']").evaluate("form => form.closest('details').open = true")
        theirs.locator("form[action$='/ask-consent'] select").select_option("fr")
        theirs.locator("form[action$='/ask-consent'] [name=purpose]").fill("joint patrol")
        theirs.locator("form[action$='/ask-consent'] button").click()
        theirs.wait_for_url("**said=asked")
        world.settle()
        us.open("/consents")
        assert "joint patrol" in page.locator("main").inner_text()
        page.locator("form:has([value=yes]) button").click()
        page.wait_for_url("**said=answered")
        # (6) We take it back; they say that it is deleted.
        us.open(f"/objects/{GROUP}")
        page.locator("form[action$='/recall']").evaluate("form => form.closest('details').open = true")
        page.locator("form[action$='/recall'] [name=reason]").fill("the source withdrew it")
        page.locator("form[action$='/recall'] button").click()
        page.wait_for_url("**said=recalled")
        world.settle()
        world.sync("ru", "us")
        ru.open("/recalls")
        theirs.locator("form[action*='/recalls/']").evaluate("form => form.closest('details').open = true")
        theirs.locator("form[action*='/recalls/'] button").click()
        theirs.wait_for_url("**said=answered")
        world.settle()
        us.open("/recalls")
        assert page.locator(".answers .state.good").count() == 1
        # (7) A decision is tried, and the log is as it was signed.
        us.open(f"/try?object={GROUP}")
        page.locator("form[action='/try'] button").click()
        assert page.locator("#tried .state.out").count() >= 1
        us.open("/log")
        page.locator("form[action='/log/verify'] button").click()
        assert page.locator("section:has(#verified) .state.good").count() >= 1
        assert page.locator("section:has(#verified) .state.bad").count() == 0
        assert us.said == []
        assert ru.said == []


def test_wrong_password_is_refused_in_words_and_the_right_one_leads_on(fresh: Stage) -> None:
    with fresh.stranger() as person:
        page = person.open("/sign-in")
        page.locator("#name").fill("analyst")
        page.locator("#password").fill("wrong horse battery")
        page.locator("form[action='/sign-in'] button").click()
        assert page.get_by_role("alert").inner_text().startswith("Not recognised.")
        page.locator("#password").fill(PASSWORD)
        page.locator("form[action='/sign-in'] button").click()
        page.wait_for_url("**/")
        assert page.locator("h1").inner_text() == "US"
