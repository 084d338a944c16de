"""What a backend's own files say: one package a kind of backend."""
