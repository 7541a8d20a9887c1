"""How large a question may be: every bound of the API on one page."""

DOCUMENT_LENGTH = 20_000
"""Characters of a document."""

BODY_BYTES = 1_048_576
"""Bytes of a request."""

TOKENS = 2_000
DEPTH = 12
ALIASES = 30
DIRECTIVES = 50
FIELDS = 3_000
"""Selected fields, those of a fragment as often as it is spread."""

BRANCHES = 500
"""Selected objects and lists: what must be read, whether or not there is anything."""

REPEATS = 100
"""Selections of a field that is selected beside it already: the validator compares each with each."""

COST = 5_000
"""Objects that one operation may return."""

PAGE, PAGE_MOST = 50, 100
"""Objects on a page, where nothing is said and at most."""

LIST_MOST = 100
"""Values in a list of a filter or an input, unless the field says otherwise."""

TEXT_MOST = 10_000
"""Characters of one string in the variables or the document, and of all texts of a filter together."""

SEARCH_MOST = 200
"""Characters of a search."""

NESTING = 32
"""Levels of lists and objects in the variables, and in JSON that is written in a document."""
