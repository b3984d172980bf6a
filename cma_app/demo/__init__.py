"""The demo: two centres and twelve households of made-up people, told through the services."""
