"""Daylight: a public feature-request and voting board that a team hosts itself."""

__version__ = "0.1.0"
