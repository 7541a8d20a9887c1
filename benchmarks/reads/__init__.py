"""Reads: the same answer by GraphQL, by a bare server with one statement, and by a view written by hand."""
