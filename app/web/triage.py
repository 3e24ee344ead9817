"""For maintainers: what waits, and moving items, one or many."""

from app.web.route import area as new_area

area = new_area()
