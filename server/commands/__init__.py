"""The commands of samruat-server, a file a noun."""
