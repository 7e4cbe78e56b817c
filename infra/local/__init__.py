"""The local cloud: emulated AWS, a small API Gateway and a demo client, for one machine.

`python -m infra.local` runs it. Nothing in here travels to Lambda. The deployment package on an
emulated API Gateway and Lambda is emulate/'s business, not this folder's.
"""
