"""The reader's theme, the owner's accent and logo."""

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import site


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_kept_and_leads_back(visitor_browser: TestClient, theme: str) -> None:
    answer = visitor_browser.post("/theme", data={"theme": theme, "next": "/roadmap?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/roadmap?x=1")
    page = visitor_browser.get("/").text
    assert f'data-theme="{theme}"' in page
    assert page.count('name="theme-color"') == 1


@pytest.mark.parametrize("theme", ["auto", "purple", ""])
def test_any_other_choice_forgets_it(visitor_browser: TestClient, theme: str) -> None:
    visitor_browser.post("/theme", data={"theme": "dark", "next": "/"})
    visitor_browser.post("/theme", data={"theme": theme, "next": "/"})
    assert 'data-theme="auto"' in visitor_browser.get("/").text


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\example.org"])
def test_the_way_back_stays_on_this_site(visitor_browser: TestClient, path: str) -> None:
    answer = visitor_browser.post("/theme", data={"theme": "dark", "next": path})
    assert answer.headers["location"] == "/"


def test_an_accent_of_the_owner_has_its_own_sheet(session: Session, visitor_browser: TestClient) -> None:
    assert "/look.css" not in visitor_browser.get("/").text
    site.the(session).accent = "#ff0000"
    assert '<link rel="stylesheet" href="/look.css?ff0000">' in visitor_browser.get("/").text
    answer = visitor_browser.get("/look.css?ff0000")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "--accent: light-dark(#cc0000, #ff2e2e)" in answer.text


def test_a_logo_is_served_as_the_picture_it_is_and_nothing_else(session: Session, visitor_browser: TestClient) -> None:
    assert visitor_browser.get("/logo").status_code == 404
    the = site.the(session)
    the.logo, the.logo_type = b"GIF89a", "image/gif"
    assert f'src="{the.logo_path}"' in visitor_browser.get("/").text
    answer = visitor_browser.get(the.logo_path)
    assert (answer.content, answer.headers["content-type"]) == (b"GIF89a", "image/gif")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
