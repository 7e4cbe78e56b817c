"""`make emulate`: the real package on an emulated CloudFormation, API Gateway and Lambda.

ministack.py is the emulator's process, cloud.py what is deployed there and which of the emulator's
gaps are filled, smoke.py the story told over HTTP to any deployment, rotation.py the scheduled
function's, logouts.py the queue's.
"""
