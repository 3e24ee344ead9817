"""Lighthouse on the pages that most readers see: `make lighthouse`."""
