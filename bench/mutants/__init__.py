"""Mutation testing: change the code in one small way at a time, and see whether the tests notice (`make mutants`).

Cosmic Ray makes most of the changes (see `operators` for the others). Each mutant lives in a copy of the tree and runs
the tests of its area in a process that may write into one private folder only, and that ends: see `sandbox`. A survivor
is a change that no test notices. It needs a test, or an entry with a reason in `survivors`.
"""
