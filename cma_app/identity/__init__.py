"""Asking an identity provider who somebody is (OpenID Connect), and believing what it proves alone.

authlib makes the address to go to and trades the code; what it leaves open is checked here.
"""
