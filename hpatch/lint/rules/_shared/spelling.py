"""Spellings that a path as httpd compares it never has."""

from __future__ import annotations

import re

ENCODED = re.compile(r"%(?!2[Ff])[0-9A-Fa-f]{2}")
"""Of a decoded path. `%2F` stays in one with AllowEncodedSlashes NoDecode."""
QUERY = re.compile(r"\?[\w-]+=")
"""The beginning of a query, which is no part of a path."""
