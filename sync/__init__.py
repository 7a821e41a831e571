"""How two replicas come to agree; pure."""
