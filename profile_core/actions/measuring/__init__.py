"""The verb extract with a model: ratings by groups of factors, and atomic facts with labels."""
