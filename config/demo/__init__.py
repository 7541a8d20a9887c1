"""The demo tenants and the public data sets: told in pure Python, then written through everyone's verbs."""
