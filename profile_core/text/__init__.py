"""Texts as sequences: words and sentences, differences between two texts, places of quotes.

Owns nothing but pure functions of strings; knows no factor, study or page.
"""
