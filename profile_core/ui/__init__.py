"""What the app's pages are made of; the only place in the package that imports streamlit.

A page says what it shows, in words and values; how it is reached, drawn and kept safe is here.
Nothing here computes a number: that is the business of `analysis`, and work that takes time is
the business of `actions`, run through `jobs`.
"""
