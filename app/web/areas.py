"""All routes of the product, area by area."""

from app.web import (
    account,
    answering,
    commenting,
    crawlers,
    health,
    importing,
    item_page,
    look,
    moderating,
    participation,
    posting,
    reading,
    settings_pages,
    signing_in,
    triage,
    welcome,
)

ALL = [
    account.area,
    answering.area,
    commenting.area,
    crawlers.area,
    health.area,
    importing.area,
    item_page.area,
    look.area,
    moderating.area,
    participation.area,
    posting.area,
    reading.area,
    settings_pages.area,
    signing_in.area,
    triage.area,
    welcome.area,
]
