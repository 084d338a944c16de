"""One section of a diff: header lines, the two sides, hunks, properties, and the text between sections."""
