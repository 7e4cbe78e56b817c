"""The only folder that talks to AWS: DynamoDB and KMS over their JSON protocol, and the log.

`client.py` speaks the protocol; `table.py` reads and writes records; the modules named after
records hold the conditional writes that move one record from state to state.
"""
