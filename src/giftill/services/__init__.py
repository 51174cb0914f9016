"""Use cases: what a cashier or manager asks for, carried out durably.

The screens and the command line call these and nothing below them.
"""
