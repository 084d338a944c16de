"""What is known of httpd's releases: directives, modules, parameters and versions, each with its source.

The facts are tables of tab-separated columns in `data/`; the lines at their top name the sources. `hpatch.facts.make`
holds them against httpd itself.
"""
