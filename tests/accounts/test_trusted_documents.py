"""Trusted documents from the manifests that front-end builds write."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import tenants, trusted_documents
from accounts.errors import Conflict, Forbidden, NotFound
from accounts.models import Tenant, TrustedDocument
from accounts.permissions import Permission
from accounts.tenancy import inside, public
from accounts.trusted_documents import DocumentDraft
from tests.factories import a_trusted_document, an_actor

ME, WHO = "query Me {\n  viewer {\n    kind\n  }\n}", "query Who { viewer { label } }\n"


def digest(text: str, algorithm: str = "sha256") -> str:
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


def apollo(*texts: str) -> dict:
    """What Apollo's generate-persisted-query-manifest writes."""
    operations = [
        {"id": digest(text), "name": f"Named{number}", "type": "query", "body": text}
        for number, text in enumerate(texts)
    ]
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}


def by_id(*texts: str, algorithm: str = "sha256", prefix: str = "") -> dict[str, str]:
    """What Relay's compiler writes; graphql-codegen's client preset says before each what it is a hash of."""
    return {prefix + digest(text, algorithm): text for text in texts}


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "manifest.json"


def trust(file: Path, manifest: object, tenant: str = "acme") -> str:
    file.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    out = StringIO()
    call_command("documents", "trust", tenant, str(file), stdout=out)
    return out.getvalue()


def test_a_manifest_of_apollos_has_names(acme, globex, file):
    said = trust(file, apollo(ME, WHO))

    assert said == "acme trusts 2 documents of manifest.json.\n"
    assert set(TrustedDocument.objects.values_list("name", "sha256", "text")) == {
        ("Named0", digest(ME), ME),
        ("Named1", digest(WHO), WHO),
    }
    assert not TrustedDocument.objects.exclude(added_by=None).exists()
    with inside(globex):
        assert not TrustedDocument.objects.exists()


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_relays_and_codegens_are_called_by_their_operations(acme, globex, file, prefix):
    said = trust(file, by_id(ME, WHO, prefix=prefix))

    assert said == "acme trusts 2 documents of manifest.json.\n"
    assert set(TrustedDocument.objects.values_list("name", "sha256")) == {
        ("Me", digest(ME)),
        ("Who", digest(WHO)),
    }


@pytest.mark.parametrize("algorithm", ["md5", "sha1"])
def test_other_ids_are_warned_of(acme, globex, file, algorithm):
    said = trust(file, by_id(ME, WHO, algorithm=algorithm))

    assert "2 of them have another id than their SHA-256" in said
    assert trusted_documents.text_of(digest(ME)) == ME
    assert trusted_documents.text_of(digest(ME, algorithm)) is None


def test_the_next_build_adds_what_is_new(acme, globex, file):
    trust(file, by_id(ME))
    trust(file, by_id(ME, WHO))
    trust(file, by_id(ME, WHO))

    assert TrustedDocument.objects.count() == 2


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("{", "A manifest is JSON"),
        ("[" * 100_000, "A manifest is JSON"),
        ("[]", "A manifest is an object"),
        ("null", "A manifest is an object"),
        ({"a": 1}, "A manifest is an object"),
        ({"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}, "version 1"),
        ({"format": "other", "version": 1, "operations": []}, "Of manifests"),
        ({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{}]}, "An operation"),
        (by_id(ME, "query Wrong { nothing }"), "documents.1.text: Cannot query field 'nothing'"),
        ({"x": "\ud800"}, "documents.0.text"),
        ({"x": "\0"}, "documents.0.text"),
        ({**apollo(ME), "operations": [{"id": "", "name": "\ud800", "body": ME}]}, "documents.0.name"),
    ],
    ids=str,
)
def test_what_is_none_changes_nothing(acme, globex, file, manifest, said):
    with pytest.raises(CommandError, match=said):
        trust(file, manifest)

    assert not TrustedDocument.objects.exists()


def test_the_file_and_the_tenant_must_be_there(acme, globex, file):
    with pytest.raises(CommandError, match="could not be read"):
        call_command("documents", "trust", "acme", str(file))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="could not be read"):
        call_command("documents", "trust", "acme", str(file))
    with pytest.raises(CommandError, match="no live tenant"):
        trust(file, by_id(ME), "nowhere")
    tenants.suspend(globex)
    with pytest.raises(CommandError, match="no live tenant"):
        trust(file, by_id(ME), "globex")


def test_who_may_not_manage_keys_trusts_and_withdraws_nothing(acme, globex):
    viewer = an_actor(Permission.SEE_KEYS)
    row = a_trusted_document(acme)

    with pytest.raises(Forbidden):
        trusted_documents.trust([], by=viewer)
    with pytest.raises(Forbidden):
        trusted_documents.withdraw(row, by=viewer)
    assert trusted_documents.find(row.pk, by=viewer) == row
    with pytest.raises(NotFound):
        trusted_documents.find(row.pk, by=an_actor(Permission.SEE_PEOPLE))


def test_a_neighbours_is_not_found_and_not_withdrawn(acme, globex):
    theirs = a_trusted_document(globex)

    with pytest.raises(NotFound):
        trusted_documents.find(theirs.pk, by=an_actor())
    with pytest.raises(TrustedDocument.DoesNotExist):
        trusted_documents.withdraw(theirs, by=an_actor())


def test_both_tenants_trust_the_same_text_each_by_itself(acme, globex):
    ours, theirs = a_trusted_document(acme, ME), a_trusted_document(globex, ME)
    trusted_documents.withdraw(ours, by=an_actor())

    assert trusted_documents.text_of(digest(ME)) is None
    with inside(globex):
        assert trusted_documents.text_of(theirs.sha256) == ME
    with pytest.raises(Conflict):
        trusted_documents.withdraw(ours, by=an_actor())


def test_builds_at_once_trust_each_document_once(committed):
    drafts = [DocumentDraft(text=f"query Q{number} {{ viewer {{ kind }} }}") for number in range(5)]

    def build(_: int) -> list[str]:
        try:
            with inside(committed["acme"]), transaction.atomic():
                return [str(row.pk) for row in trusted_documents.trust(drafts, by=an_actor())]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(build, range(4)))

    assert found == [found[0]] * 4
    with inside(committed["acme"]), transaction.atomic():
        assert TrustedDocument.objects.count() == 5


def test_a_tenant_that_is_deleted_takes_its_documents_along(acme, globex):
    a_trusted_document(acme, ME)
    with public():
        Tenant.objects.filter(pk=acme.pk).delete()
        assert not TrustedDocument.objects.filter(text=ME).exists()
