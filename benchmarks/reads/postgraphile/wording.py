"""What PostGraphile answers, put in our words: that it is the same, before it is asked how fast it is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.graphql.ids import global_id


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Both found the same; how a moment is written, and in which order answers come, is left to each."""
    found = in_our_words(theirs)
    assert even(found) == even(ours), f"{found}\n is not\n{ours}"


def in_our_words(answer: dict[str, Any]) -> dict[str, Any]:
    """The account, or the accounts of a page."""
    if "account" in answer:
        return {"account": _account(answer["account"])}
    companies = answer["companies"]["nodes"]
    return {"accounts": {"nodes": [_account(each.pop("account") | {"company": each}) for each in companies]}}


def _account(given: dict[str, Any]) -> dict[str, Any]:
    company, health = dict(given["company"]), dict(given["health"])
    company["recurringRevenue"] = {
        "amount": company["recurringRevenue"],
        "currency": company.pop("currency"),
    }
    if "id" in company:
        company["id"] = global_id("Company", UUID(company["id"]))
    if "people" in company:
        people = [each["person"] for each in company["people"]["nodes"]]
        company["people"] = {
            "nodes": [each | {"id": global_id("Person", UUID(each["id"]))} for each in people]
        }
        responses = company["responses"]["nodes"]
        company["responses"] = {"nodes": [each | {"answers": each["answers"]["nodes"]} for each in responses]}
    health["band"] = health["band"].upper() or None
    return given | {"id": global_id("Account", UUID(given["id"])), "company": company, "health": health}


def even(data: Any) -> Any:
    """The data with moments as moments, and answers in an order that is nobody's."""
    match data:
        case dict():
            return {key: _even(key, value) for key, value in data.items()}
        case list():
            return [even(each) for each in data]
    return data


def _even(key: str, value: Any) -> Any:
    if key.endswith("At"):
        return datetime.fromisoformat(value)
    return sorted(value, key=repr) if key == "answers" else even(value)
