"""The verbs: import, extract, export and the like, each one function for page and command.

An action takes a study, a `Progress` to report to and to be cancelled by, and returns a summary.
"""
