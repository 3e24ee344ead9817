"""What everybody reads: the board, an item, the roadmap, and what search engines ask for."""

from app.web.route import area as new_area

area = new_area()
