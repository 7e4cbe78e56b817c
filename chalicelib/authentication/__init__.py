"""How a person proves who they are. Sessions live in sessions.py; which factor is asked, in
interaction/."""
