"""Names of RFC 7523 section 2.1, RFC 8693 section 2.1 and
draft-ietf-oauth-identity-assertion-authz-grant sections 4.3 and 7: of grants, and what they carry.
"""

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ID_JAG = "urn:ietf:params:oauth:token-type:id-jag"
ID_JAG_PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag"
