"""What GitHub's API answers: accounts, comments, pull requests and errors."""

from __future__ import annotations

import json
from typing import Any

from tests.support.github_api.excerpt import DESCRIPTION

DOCUMENT = json.loads(DESCRIPTION.read_text(encoding="utf-8"))


def comment_data(number: int, login: str, body: str) -> dict[str, Any]:
    """A comment as GitHub describes it."""
    page = f"https://github.com/o/r/pull/7#issuecomment-{number}"
    return {
        "id": number,
        "node_id": f"IC_{number}",
        "url": f"https://api.github.com/repos/o/r/issues/comments/{number}",
        "html_url": page,
        "issue_url": "https://api.github.com/repos/o/r/issues/7",
        "body": body,
        "user": user_data(login),
        "created_at": "2026-11-30T10:00:00Z",
        "updated_at": "2026-11-30T10:00:00Z",
        "author_association": "NONE",
        "performed_via_github_app": None,
    }


def user_data(login: str) -> dict[str, Any]:
    """An account as GitHub describes it."""
    api = f"https://api.github.com/users/{login.removesuffix('[bot]')}"
    names = ("followers", "subscriptions", "organizations", "repos", "received_events")
    urls = {f"{name}_url": f"{api}/{name}" for name in names}
    more = {f"{name}_url": f"{api}/{name}{{/more}}" for name in ("following", "gists", "starred", "events")}
    return {
        "login": login,
        "id": sum(map(ord, login)),
        "node_id": f"U_{login}",
        "avatar_url": "https://avatars.githubusercontent.com/u/1",
        "gravatar_id": "",
        "url": api,
        "html_url": "https://github.com/someone",
        "type": "Bot" if login.endswith("[bot]") else "User",
        "site_admin": False,
        "user_view_type": "public",
        **urls,
        **more,
    }


PRIVATE_FIELDS: dict[str, Any] = {
    "name": None,
    "company": None,
    "blog": None,
    "location": None,
    "email": None,
    "hireable": None,
    "bio": None,
    "public_repos": 1,
    "public_gists": 0,
    "followers": 0,
    "following": 0,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
}
"""What GitHub adds for the account itself."""


def too_long() -> dict[str, Any]:
    """GitHub's answer to a text of more than 65,536 characters."""
    message = "body is too long (maximum is 65536 characters)"
    return {
        "message": "Validation Failed",
        "documentation_url": "https://docs.github.com/rest",
        "errors": [
            {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}
        ],
    }


def pull_request_data(number: int, *, head: str, commit: str) -> dict[str, Any]:
    """An open pull request as GitHub describes it. ``head`` is as in ``owner/name:branch``."""
    repository, _, branch = head.partition(":")
    owner, _, name = repository.partition("/")
    page = f"https://github.com/o/r/pull/{number}"
    api = f"https://api.github.com/repos/o/r/pulls/{number}"
    links = {
        one: {"href": f"{api}/{one}"}
        for one in ("comments", "commits", "statuses", "html", "issue", "review_comments", "self")
    } | {"review_comment": {"href": f"{api}/comments{{/number}}"}}
    return {
        "id": number,
        "node_id": f"PR_{number}",
        "number": number,
        "state": "open",
        "locked": False,
        "title": "A change",
        "user": user_data(owner),
        "body": None,
        "labels": [],
        "milestone": None,
        "assignee": None,
        "created_at": "2026-11-30T10:00:00Z",
        "updated_at": "2026-11-30T10:00:00Z",
        "closed_at": None,
        "merged_at": None,
        "merge_commit_sha": None,
        "head": {"label": f"{owner}:{branch}", "ref": branch, "sha": commit, "user": user_data(owner)}
        | {"repo": repository_data(owner, name)},
        "base": {"label": "o:main", "ref": "main", "sha": "0" * 40, "user": user_data("o")}
        | {"repo": repository_data("o", "r")},
        "author_association": "NONE",
        "auto_merge": None,
        "url": api,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": api,
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": f"{api}/comments{{/number}}",
        "comments_url": f"{api}/comments",
        "statuses_url": f"{api}/statuses",
        "_links": links,
    }


def repository_data(owner: str, name: str) -> dict[str, Any]:
    """A repository as GitHub describes it."""
    required = DOCUMENT["components"]["schemas"]["repository"]
    values = {one: _empty(required["properties"][one]) for one in required["required"]}
    return values | {"name": name, "full_name": f"{owner}/{name}", "owner": user_data(owner)}


def _empty(schema: dict[str, Any]) -> Any:
    if schema.get("nullable") or "/nullable-" in schema.get("$ref", ""):
        return None
    values = {"integer": 0, "boolean": False, "object": {}, "array": []}
    text = "2026-11-30T10:00:00Z" if schema.get("format") == "date-time" else "https://github.com"
    return values.get(schema.get("type", ""), text)
