"""Writing a request: the form, similar items while the title is typed, preview, and edits."""

from app.web.route import area as new_area

area = new_area()
