"""The API: the same verbs as the pages, for programs. A module for each resource."""

from app.web.api import (
    admission,
    comments,
    description,
    documentation,
    items,
    lists,
    people,
    status_changes,
    triage,
    votes,
)

AREAS = [
    description.area,
    documentation.area,
    *(
        area
        for resource in (items, votes, comments, status_changes, lists, people, triage, admission)
        for area in resource.areas
        if area.routes
    ),
]
