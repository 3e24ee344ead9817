"""Taking part in an item: votes, comments, following."""

from app.web.route import area as new_area

area = new_area()
