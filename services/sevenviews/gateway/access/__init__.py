"""Who may call the gateway, and what they may do there.

A call is identified (`guard`) by an API key (`keys`), a token of an identity provider (`tokens`, checked with its
`signing_keys`), or the certificate that its connection showed. Each gives roles, and `rules` says which of them may
call which method.
"""
