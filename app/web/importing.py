"""For owners: bringing in another board's export, and the samples."""

from app.web.route import area as new_area

area = new_area()
