"""A vote in the room: one machine, the phones on its network, no internet, and nothing kept but counts."""
