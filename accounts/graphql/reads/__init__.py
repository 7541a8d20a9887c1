"""Reads at the speed of SQL: a question becomes one statement, and its answer is what Postgres wrote.

    question -> plan (kept by document, variables and actor) -> one statement -> JSON, as it is

A plan is made of the same querysets as the ordinary way: `rows_of`, filters, orders, `Many`, `One`. What
differs is only who puts the answer together. docs/reads.md tells how it works and how to add a field.
"""
