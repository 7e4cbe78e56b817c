"""How a stage gets to AWS and leaves it again.

deploy.py, package.py and destroy.py are the three things an operator does; the others are their
parts. The key registry is `infra.bootstrap`'s; the command line is `infra/__main__.py`'s.
"""
