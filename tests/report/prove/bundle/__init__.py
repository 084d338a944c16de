"""Tests of hpatch.report.prove.bundle."""
