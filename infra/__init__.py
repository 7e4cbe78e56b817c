"""Operators' tools: deployment, the local cloud, the command line. Nothing here goes to Lambda."""
