"""rpm's database in its three forms (SQLite, ndb, Berkeley DB): all hold the headers of the installed packages."""
