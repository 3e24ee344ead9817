"""All routes of the product, area by area."""

from app.web import (
    account,
    health,
    importing,
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
    health.area,
    importing.area,
    participation.area,
    posting.area,
    reading.area,
    settings_pages.area,
    signing_in.area,
    triage.area,
    welcome.area,
]
