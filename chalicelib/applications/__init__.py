"""What developers do with their own applications, within what operators have opened to them.

The rules of registration are registration/'s and administration/'s, for everybody alike; here is
what a developer may say at all, and which client is whose.
"""
