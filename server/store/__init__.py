"""The database and the folder of files, spoken to in terms of the domain."""
