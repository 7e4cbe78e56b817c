"""What operators do to clients, resources and users; the command line calls it.

Each write leaves the table whole whatever fails after it: a directory entry is written before what
it names and removed after, and a login name before its user.
"""


class Refused(Exception):
    """The operation was not done; the message says why."""
