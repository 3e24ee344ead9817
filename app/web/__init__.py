"""The upper shelf: each area turns HTTP into one call on a concept and back into a page."""
