"""From a study to the tables that pages and commands show.

Store below gives rows, stats below gives numbers; here they meet, once for every face. This
layer owns the bit planes and when they are refreshed. It draws nothing and writes no SQL.
"""
