"""The page to try GraphQL in: for those who are somebody, from our own files, with examples."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.permissions import Role
from tests.client import signed_in
from tests.factories import a_member

HTML = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_a_member_gets_the_page_with_examples_and_nothing_from_elsewhere(acme):
    page = signed_in(acme, a_member(acme, Role.VIEWER)).get("/graphql/", headers=HTML)
    text = page.content.decode()

    assert page.status_code == 200
    assert "AccountsWithPeopleAndAnswers" in text
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    assert "unsafe-eval" not in page["Content-Security-Policy"]


def test_its_files_are_ours(acme):
    text = signed_in(acme, a_member(acme)).get("/graphql/", headers=HTML).content.decode()
    files = re.findall(r"/static/(accounts/graphiql/[\w.-]+)", text)

    assert len(files) == 6
    for file in files:
        content = Path(finders.find(file) or file).read_text()
        assert "sourceMappingURL" not in content
        assert not re.search(r"url\((https?:)?//", content)


def test_nobody_is_sent_to_sign_in(acme):
    answer = Client(headers={"host": "acme.unison.test"}).get("/graphql/", headers=HTML)

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/login/?next=/graphql/"


def test_in_development_the_page_is_for_everybody(acme, settings):
    settings.DEBUG = True

    assert Client(headers={"host": "acme.unison.test"}).get("/graphql/", headers=HTML).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/html;q=0.9"])
def test_programs_do_not_get_it(acme, accept):
    answer = signed_in(acme, a_member(acme)).get("/graphql/", headers={"accept": accept})

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/json")
