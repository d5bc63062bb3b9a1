"""Speaking to other nodes over HTTP: signed requests, to the address on the partner's card and nowhere else."""
