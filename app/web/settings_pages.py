"""For owners: the site's look, boards, people and roles, tags."""

from app.web.route import area as new_area

area = new_area()
