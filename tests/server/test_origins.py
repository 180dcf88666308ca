"""Who may speak to the server from a browser: the Host header and CORS."""

from __future__ import annotations

import pytest
from raw_http import RawClient, request

from stator.server.origins import Cors, HostCheck, host_name, is_loopback
from stator.server.server import Listening

KEY = {"TableName": "songs", "Key": {"pk": {"S": "a"}}}

HOSTS = [
    ("localhost", True),
    ("localhost:8000", True),
    ("LocalHost:8000", True),
    ("localhost.", True),
    ("app.localhost:8000", True),
    ("127.0.0.1:8000", True),
    ("127.8.9.1", True),
    ("[::1]:8000", True),
    ("192.168.1.7:8000", True),
    ("db.example.com", True),
    ("DB.example.com:80", True),
    ("a.b.example.org", True),
    ("example.org", False),
    ("evil.com", False),
    ("evil.com:8000", False),
    ("localhost.evil.com", False),
    ("evillocalhost", False),
    ("127.0.0.1.evil.com", False),
    ("evil.com#localhost", False),
    ("", False),
    ("[::1", True),
    ("[evil.com]", False),
]


@pytest.mark.parametrize(("host", "good"), HOSTS)
def test_on_loopback_only_names_that_cannot_be_rebound_are_served(host, good):
    check = HostCheck("127.0.0.1", ("db.example.com", "*.example.org"), 10)
    assert check.allows(host.encode()) is good
    assert check.allows(host.encode()) is good


def test_the_memory_of_good_hosts_is_bounded():
    check = HostCheck("127.0.0.1", (), 10)
    for number in range(100):
        assert check.allows(f"h{number}.localhost".encode())
    assert len(check._known) <= 10


def test_beyond_loopback_every_host_is_served_unless_names_are_given():
    assert HostCheck("0.0.0.0", (), 10).allows(b"stator:8000")
    assert not HostCheck("0.0.0.0", ("db.example.com",), 10).allows(b"stator:8000")
    assert HostCheck("box.lan", ("db.example.com",), 10).allows(b"box.lan")


@pytest.mark.parametrize(
    ("name", "loopback"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("example.com", False)],
)  # fmt: skip
def test_loopback_is_known(name, loopback):
    assert is_loopback(name) is loopback


def test_a_host_header_is_read_to_its_name():
    assert host_name(b"[2001:db8::1]:80") == "2001:db8::1"
    assert host_name(b" Example.COM.:80 ") == "example.com"


def test_a_rebound_name_is_refused_with_what_to_do(rig):
    with rig.client() as client:
        answer = client.call("GetItem", KEY, {"Host": "evil.com:8000"})
        assert answer.status == 403
        assert "--allowed-host" in answer.json["message"]
        assert client.call("GetItem", KEY).status == 200


def options(client: RawClient, origin: str, **asked: str):
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in asked.items())
    client.send(f"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\n{lines}\r\n".encode())
    return client.answer()


def test_a_named_origin_may_do_what_it_asks_for(start):
    rig = start(Listening(cors_origins=("https://app.example.com/",)))
    with rig.client() as client:
        answer = options(
            client,
            "https://app.example.com",
            access_control_request_headers="x-amz-target,authorization",
            access_control_request_method="POST",
        )
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
        assert answer.headers["access-control-allow-headers"] == "x-amz-target,authorization"
        assert answer.headers["access-control-allow-methods"] == "POST"
        assert answer.headers["access-control-max-age"] == "172800"
        for operation in ("GetItem", "UpdateItem", "DeleteItem"):
            answer = client.call(operation, KEY, {"Origin": "https://app.example.com"})
            assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
            assert "x-amzn-RequestId" in answer.headers["access-control-expose-headers"]


def test_another_origin_is_told_nothing(start):
    rig = start(Listening(cors_origins=("https://app.example.com",)))
    with rig.client() as client:
        answer = options(client, "https://evil.com", access_control_request_method="POST")
        assert answer.status == 404
        again = client.call("GetItem", KEY, {"Origin": "https://evil.com"})
    assert not [
        name for found in (answer, again) for name in found.headers if name.startswith("access-control")
    ]


def test_a_star_names_every_origin():
    assert b"Allow-Origin: *\r\n" in Cors(("*",)).answer_lines(b"https://any.example")
    assert Cors(()).answer_lines(b"https://any.example") == b""


def test_a_page_cannot_write_without_a_preflight(rig):
    """What a browser sends without asking first has one of three content types, none of them the protocol's."""
    with rig.client() as client:
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            client.send(request("GetItem", KEY, {"Content-Type": content_type, "Origin": "https://evil.com"}))
            assert client.answer().status == 404
