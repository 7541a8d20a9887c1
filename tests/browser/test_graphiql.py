"""GraphiQL in a browser: from our own files, with the session, and nothing from elsewhere."""

import pytest

from tests.browser.chromium import Visitor
from tests.browser.conftest import MEMBER
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


def test_a_member_asks_in_graphiql(visitor: Visitor, account):
    visitor.go("/admin/login/?next=/graphql/")
    visitor.sign_in(MEMBER, PASSWORD)
    page = visitor.page
    assert page.locator(".graphiql-container").is_visible()

    page.locator(".graphiql-execute-button").click()
    chosen = page.get_by_role("menuitem").first
    if chosen.is_visible():
        chosen.click()
    page.locator(".result-window", has_text='"data"').wait_for()
