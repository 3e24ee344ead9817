"""The first run: the owner's one-time link."""

from app.web.route import area as new_area

area = new_area()
