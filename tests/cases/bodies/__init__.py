"""Tables of bodies: the scripts that good ones become, and the faults of bad ones."""
