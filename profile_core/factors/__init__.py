"""Factors as data, and the extractors that need no model.

Owns the taxonomy files, the rule extractors and the arithmetic from fact labels to values. Knows
neither the study file nor any page: texts and labels in, values out.
"""
