"""PROFILE: why one text is preferred over another, factor by factor."""

__version__ = "0.1.0"
