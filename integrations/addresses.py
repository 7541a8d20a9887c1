"""Which addresses of the internet a delivery may go to: public ones, and those the operator allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443})

# IANA's special-purpose registry, multicast, and a cloud's metadata service at a public-looking address.
CLOSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
OPEN_V6 = IPv6Network(
    "2000::/3"
)  # the only global unicast there is; everything else is local, mapped or reserved
CLOSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # an IPv4 address in the last 32 bits


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may be reached there, and nobody of our own."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in CLOSED_V4)
    if address not in OPEN_V6 or address.scope_id:
        return False
    if (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return False
    return not any(address in block for block in CLOSED_V6)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A network the operator opened, at one port or at all: `10.0.0.0/8`, `127.0.0.1:8099`, `[::1]:8099`."""

    network: Network
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one entry of the operator's setting."""
        host, port = text.strip(), ""
        if host.startswith("["):
            host, _, port = host[1:].partition("]")
            port = port.removeprefix(":")
        elif host.count(":") == 1:
            host, _, port = host.partition(":")
        try:
            return cls(ip_network(host), int(port) if port else None)
        except ValueError as error:
            raise ValueError(f"{text!r} is not a network, or a network and a port: {error}") from error

    def covers(self, host: str | None, port: int) -> bool:
        """Whether the operator opened this address at this port; a name is no address."""
        if host is None or self.port not in {None, port}:
            return False
        address = ip_address(host)
        return address.version == self.network.version and address in self.network


def is_open(host: str, port: int, allowances: Iterable[Allowance]) -> bool:
    """Whether a connection to the address at the port may be made."""
    address = ip_address(host)
    if port in WEB_PORTS and is_public(address):
        return True
    return any(allowance.covers(host, port) for allowance in allowances)


def written(host: str) -> str | None:
    """The address that a host is by itself, without asking anybody; None for a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return None
