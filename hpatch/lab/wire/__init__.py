"""The protocols between a gateway and a backend: FastCGI, SCGI and uwsgi, written and read strictly."""
