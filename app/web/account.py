"""A person's own pages: my cases, profile, sessions, my data, deletion."""

from app.web.route import area as new_area

area = new_area()
