"""What `make bench` measures: our calls beside raw SQL, and the bytes of a first load."""
