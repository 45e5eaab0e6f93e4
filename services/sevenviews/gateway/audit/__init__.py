"""Who did what: every call of the gateway, in files of their own (`trail`), told by the server (`witness`).

They hold ids and names, and neither images nor texts of queries.
"""
