"""Tests of hpatch.lab.bundle."""
