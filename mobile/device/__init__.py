"""What the tablet needs of the machine it runs on: ports, and the desktop's answer to them."""
