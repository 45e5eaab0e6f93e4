"""The web page of Sevenviews: a client of the gateway's public API, and of nothing else.

It keeps what is uploaded for a while, by digest, and everything else in the address: a page can be sent to a
colleague, and Back goes back. Without JavaScript everything works; with it, keys do too.

May import client and what that stands on. How a sheet is cut into its figures is handed in (`reading.Cut`), for
services know nothing of the corpus.
"""
