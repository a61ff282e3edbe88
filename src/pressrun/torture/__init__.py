"""The auditor: drives a server through faults as its clients and its provider see it, and checks what it promised.

It imports nothing else of Pressrun, so that no fault of the product can hide itself from it.
"""
