"""The protocols between a gateway and a backend: FastCGI, SCGI, uwsgi and AJP, written and read strictly."""
