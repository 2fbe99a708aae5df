"""Every change of the tables, in order: versions/NNNN_what.py. They run through storage/migrate.py.

A migration says what it does in full and knows nothing of today's tables. Of the code it may use the column types in
`storage.types` alone: what they are in each database is fixed, and tests hold it.
"""
