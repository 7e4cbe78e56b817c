"""The verifier in frameworks: asgi, wsgi, chalice, and Lambda authorizers of API Gateway.

Each is imported by its own name. What they share is in serving.py.
"""
