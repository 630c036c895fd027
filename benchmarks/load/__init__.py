"""What makes load: a lean client, the server processes it is aimed at, and the small pack they mount."""
