"""Signing in at the moment of acting, and returning to that act, done."""

from app.web.route import area as new_area

area = new_area()
