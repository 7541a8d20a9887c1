"""The data that is measured on: deterministic, made by the database itself, kept until its recipe changes."""
