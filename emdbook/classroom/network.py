"""Addresses of the room: which of them this machine has, and whose phones are let in."""

from __future__ import annotations

import ipaddress
import socket

import psutil

#: The networks of a room: RFC 1918, RFC 4193, addresses of one link, and this machine itself. Addresses that a provider
#: shares between customers (RFC 6598) are left out on purpose: they reach beyond the room.
LOCAL = tuple(map(ipaddress.ip_network, (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
    "::1/128", "fc00::/7", "fe80::/10")))
#: Beginnings of the names of interfaces that lead to virtual machines and not to phones.
_VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "tun", "tap", "zt", "utun")


def is_local(address: str) -> bool:
    """Whether an address belongs to the room or to this machine."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip.version == net.version and ip in net for net in LOCAL)


def own_addresses() -> list[str]:
    """Addresses by which phones can reach this machine, those of real networks first.

    Returns
    -------
    list of str
        IPv4, as every hotspot gives them; empty where there is no local network.
    """
    up = {name for name, found in psutil.net_if_stats().items() if found.isup}
    found = [(name.lower().startswith(_VIRTUAL), address.address.startswith("169.254."), address.address)
             for name, addresses in psutil.net_if_addrs().items() if name in up
             for address in addresses if address.family == socket.AF_INET]
    return [ip for _, _, ip in sorted(found) if is_local(ip) and not ip.startswith("127.")]
