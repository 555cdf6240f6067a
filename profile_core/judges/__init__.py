"""Asking models: specs, keys, rubrics, messages, clients, prices. Nothing here knows of studies.

The only place that imports `openai` and `anthropic`. What is asked of which response, and what
becomes of an answer, is `actions`' business.
"""
