"""What is stored: small frozen records, one noun a file. docs/storage.md shows each as it lies.

A record knows its key, its attributes' short names and when it expires. Reading and writing is
`aws/table.py`; the rules that move a record from one state to the next are in `aws/` beside it.
"""
