"""External formats, one module each, and the registry that lists them.

A reader turns files into `Batch`es, which `actions.imports` writes in one transaction; a writer
turns a study into files. A module's docstring names the data's source.
"""
