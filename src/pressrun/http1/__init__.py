"""A small HTTP/1.1 client for many calls to one origin: the part of HTTP that model providers speak, and nothing else.

POST only; kept connections; TLS; bodies by length, in chunks, or to the end of the connection; gzip and deflate. No
redirects, proxies, cookies, upgrades or pipelining. Parsing is llhttp's (`httptools`).
"""
