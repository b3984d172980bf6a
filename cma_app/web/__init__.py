"""Plain HTTP beside the socket: sign-in, the built pages, and what every answer must carry."""
