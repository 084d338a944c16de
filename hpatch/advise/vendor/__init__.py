"""What a vendor says that it has mended: advisories and changelogs. All of it is untrusted input."""
