"""Where requests may go: the public web at its ports, what the operator opens, and nothing else."""

from ipaddress import ip_address

import pytest

from accounts.errors import Invalid
from integrations.addresses import Allowance, is_open, is_public
from integrations.egress import Policy, check

CLOSED = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.1.2.3",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a00:1",
    "2606:4700:4700::1111%eth0",
    "2620:4f:8000::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "192.0.1.1",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
]


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses(address):
    assert not is_public(ip_address(address))
    assert not is_open(address, 443, [])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_at_web_ports(address):
    assert is_open(address, 443, [])
    assert is_open(address, 80, [])
    assert not is_open(address, 22, [])
    assert not is_open(address, 8443, [])


@pytest.mark.parametrize(
    ("entry", "address", "port", "expected"),
    [
        ("127.0.0.1:8099", "127.0.0.1", 8099, True),
        ("127.0.0.1:8099", "127.0.0.1", 8098, False),
        ("127.0.0.1:8099", "127.0.0.2", 8099, False),
        ("10.0.0.0/8", "10.2.3.4", 1234, True),
        ("10.0.0.0/8", "11.2.3.4", 1234, False),
        ("[::1]:8099", "::1", 8099, True),
        ("[fd00::/8]", "fd12::1", 80, True),
        ("fd00::/8", "fd12::1", 80, True),
        ("127.0.0.1:8099", "::ffff:127.0.0.1", 8099, False),
    ],
)
def test_the_operators_exception_is_as_wide_as_it_says(entry, address, port, expected):
    assert is_open(address, port, [Allowance.parse(entry)]) is expected


@pytest.mark.parametrize("entry", ["", "localhost", "10.0.0.1/8", "10.0.0.0/8:http", "1.2.3.4.5"])
def test_a_setting_that_is_no_network_is_said_so(entry):
    with pytest.raises(ValueError, match="is not a network"):
        Allowance.parse(entry)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://[fe80::1%25eth0]/",
        "http://example.com/",
        "https://example.com:8443/",
        "https://example.com:22/",
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://ex ample.com/",
        "http://[",
        "https://example.com:99999/",
        "example.com/hook",
        "",
        "https://example.com/" + "a" * 500,
        "https://example.com/a b",
        "https://example.com/\r\nX: y",
        "https://example.com\\@127.0.0.1/",
        "https://bücher.example/",
    ],
)
def test_urls_that_are_refused_at_once(url):
    with pytest.raises(Invalid) as refusal:
        check(url, Policy())
    assert refusal.value.field == "url"


@pytest.mark.parametrize(
    "url", ["https://example.com/hook?a=b", "https://example.com:443", "https://xn--bcher-kva.example/"]
)
def test_urls_that_are_fine(url):
    assert check(url, Policy()).scheme == "https"


def test_plain_http_is_the_operators_choice():
    assert check("http://example.com/", Policy(requires_https=False)).port == 80
    allowed = Policy((Allowance.parse("127.0.0.1:8099"),))
    assert check("http://127.0.0.1:8099/", allowed).port == 8099
    with pytest.raises(Invalid):
        check("http://example.com:8099/", allowed)
