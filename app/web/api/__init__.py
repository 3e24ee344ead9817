"""The API: the same verbs as the pages, for programs. A module for each resource."""

from app.web.api import comments, description, items, lists, people, status_changes

AREAS = [
    description.area,
    *(area for resource in (items, comments, status_changes, lists, people) for area in resource.areas),
]
