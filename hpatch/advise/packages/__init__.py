"""Which package an httpd comes from: the databases of dpkg, rpm and apk."""
