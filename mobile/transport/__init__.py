"""How the tablet reaches its server."""
