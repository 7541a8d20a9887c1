"""Trusted documents and limited keys in the admin."""

from accounts import trusted_documents
from accounts.models import ApiKey, TrustedDocument
from accounts.permissions import Role
from tests.admin.pages import Browser, add_to, errors_of, is_too_late, list_of, page_of, told
from tests.client import queries
from tests.factories import a_limited_key, a_trusted_document
from tests.graphql.hashes import a_text, sha256_of

TEXT = "query Me {\n  viewer { kind }\n}\n"


def test_a_document_is_trusted_to_the_letter_though_browsers_send_other_line_ends(acme, globex):
    browser = Browser(acme)

    browser.post(add_to(TrustedDocument), name="", text=TEXT.replace("\n", "\r\n"))

    row = TrustedDocument.objects.get()
    assert (row.name, row.text, row.sha256) == ("Me", TEXT, sha256_of(TEXT))
    assert row.added_by == browser.user
    page = browser.page(page_of(row))
    assert row.sha256 in page
    assert "viewer { kind }" in page


def test_what_does_not_fit_is_refused_at_its_field(acme, globex):
    browser = Browser(acme)

    assert list(errors_of(browser.post(add_to(TrustedDocument), text="{ nothing }"))) == ["text"]
    assert list(errors_of(browser.post(add_to(TrustedDocument), text=""))) == ["text"]
    assert list(errors_of(browser.post(add_to(TrustedDocument), name="n" * 201, text=TEXT))) == ["name"]
    assert not TrustedDocument.objects.exists()


def test_it_is_withdrawn_once(acme, globex):
    row, browser = a_trusted_document(acme, TEXT), Browser(acme)

    assert told(browser.post(page_of(row, "withdraw"))) == "The document “Me” is trusted no longer."

    assert trusted_documents.text_of(row.sha256) is None
    assert is_too_late(browser.get(page_of(row, "withdraw")))
    assert "Withdrawn" in browser.page(list_of(TrustedDocument))


def test_its_text_is_shown_and_not_run(acme, globex):
    row = a_trusted_document(acme, "# <script>alert(1)</script>\n{ viewer { kind } }")

    page = Browser(acme).page(page_of(row))

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_documents_are_found_by_name_and_hash_and_only_ours(acme, globex):
    ours, theirs = a_trusted_document(acme, a_text()), a_trusted_document(globex, a_text())
    browser = Browser(acme)

    for sought in (ours.name, ours.sha256[:10]):
        found = browser.get(list_of(TrustedDocument), q=sought).context["cl"].result_list
        assert list(found) == [ours]
    assert not browser.get(list_of(TrustedDocument), q=theirs.name).context["cl"].result_list
    assert browser.get(page_of(theirs)).status_code == 302
    assert browser.post(page_of(theirs, "withdraw")).status_code == 404


def test_a_viewer_sees_none(acme, globex):
    row, viewer = a_trusted_document(acme), Browser(acme, Role.VIEWER)

    assert viewer.get(list_of(TrustedDocument)).status_code == 403
    assert viewer.post(add_to(TrustedDocument), text=TEXT).status_code == 403
    assert viewer.post(page_of(row, "withdraw")).status_code in {403, 404}
    assert TrustedDocument.objects.get().withdrawn_at is None


def test_a_list_takes_the_same_statements_for_one_and_for_twenty(acme, globex):
    browser = Browser(acme)
    for more in (1, 19):
        for _ in range(more):
            a_trusted_document(acme, a_text())
        browser.page(list_of(TrustedDocument))
        with queries(6):  # whose host, the session, its user, their membership; how many, and the page
            browser.page(list_of(TrustedDocument))


def test_a_key_is_limited_when_it_is_issued(acme, globex):
    browser = Browser(acme)
    form = {"kind": "secret", "source": "", "trusted_documents_only": "on"}

    browser.post(add_to(ApiKey), name="Web", scopes=["people.see"], **form)
    refused = browser.post(add_to(ApiKey), name="All", scopes=["keys.manage"], **form)

    key = ApiKey.objects.get()
    assert key.trusted_documents_only
    assert list(errors_of(refused)) == ["scopes"]
    assert "rusted documents only" in browser.page(page_of(key))


def test_keys_are_filtered_by_it(acme, globex):
    a_limited_key(acme)
    browser = Browser(acme)

    for value, found in (("1", 1), ("0", 0)):
        rows = browser.get(list_of(ApiKey), trusted_documents_only__exact=value).context["cl"].result_list
        assert len(rows) == found
