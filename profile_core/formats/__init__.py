"""External formats, one module each, and the registry that lists them.

A reader turns files into `Batch`es; `actions.imports` writes them in one transaction. A writer turns
a study into files. A module's docstring names the data's source.
"""
