"""The gateway as a picture: text, JSON, Mermaid, DOT and SVG."""
