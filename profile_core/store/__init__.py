"""The study on disk: one DuckDB file that holds everything about one investigation.

All SQL and all use of duckdb live here. Readers take a cursor of their own for each call; all
writing goes through `Study.writing`, one writer at a time, one transaction each.
"""
