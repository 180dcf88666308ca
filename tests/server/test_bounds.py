"""What one client, or many, can make the server hold or wait for."""

from __future__ import annotations

import socket

from raw_http import head, request

KEY = {"TableName": "songs", "Key": {"pk": {"S": "a"}}}
SCAN = {"TableName": "songs"}
QUERY = {
    "TableName": "songs",
    "KeyConditionExpression": "pk = :p",
    "ExpressionAttributeValues": {":p": {"S": "a"}},
}


def test_headers_that_do_not_arrive_are_timed_out(rig):
    with rig.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: local")
        rig.until(lambda: rig.connections()[0]._parser.partial)
        rig.sweep(19)
        client.send(b"host\r\n")
        rig.until(lambda: rig.connections()[0]._parser.partial_bytes)
        rig.sweep(2)
        assert client.answer().status == 408
        client.socket.shutdown(socket.SHUT_WR)
        assert client.at_end()


def test_a_body_that_trickles_is_timed_out(rig):
    with rig.client() as client:
        client.send(head("GetItem", {"Content-Length": "1000000"}))
        rig.until(lambda: rig.connections()[0]._parser.whole_head)
        rig.sweep(29)
        client.send(b"x" * 100_000)
        rig.until(lambda: rig.connections()[0]._parser.partial_bytes >= 100_000)
        rig.sweep(20)
        assert rig.connections()[0]._last_words is None
        rig.sweep(10)
        assert client.answer().status == 408


def test_an_idle_connection_is_closed_and_a_used_one_is_not(rig):
    with rig.client() as client, rig.client() as idle:
        assert idle.call("GetItem", KEY).status == 200
        rig.sweep(200)
        assert client.call("GetItem", KEY).status == 200
        rig.sweep(101)
        assert idle.at_end()
        assert client.call("GetItem", KEY).status == 200


def test_a_request_that_runs_long_is_not_idle(rig):
    with rig.client() as client:
        client.send(request("Scan", SCAN))
        rig.until(lambda: rig.gate.entered)
        rig.sweep(10_000)
        rig.gate.open = True
        assert client.answer().status == 200


def test_input_waits_while_requests_wait(start):
    rig = start(queue_requests_max=4)
    with rig.client() as client:
        client.send(request("Scan", SCAN) + request("GetItem", KEY) * 4)
        rig.until(lambda: rig.connections() and not rig.connections()[0]._reading)
        client.send(request("GetItem", KEY) * 3)
        assert rig.background.run(lambda: len(rig.connections()[0]._queue)) == 4
        rig.gate.open = True
        assert [client.answer().status for _ in range(8)] == [200] * 8


def test_a_client_that_does_not_take_its_answers_is_given_no_more_of_them_and_then_ended(rig):
    with rig.client(read_buffer=4096) as client:
        client.send(request("Query", QUERY) * 30)
        rig.until(lambda: rig.connections() and not rig.connections()[0]._writable)
        assert len(rig.calls) < 20
        assert not rig.background.run(lambda: rig.connections()[0]._reading)
        rig.sweep(1)
        rig.sweep(61)
        rig.until(lambda: not rig.connections())


def test_a_client_that_takes_its_answers_late_gets_all_of_them(rig):
    with rig.client(read_buffer=4096) as client:
        client.send(request("Query", QUERY) * 12)
        rig.until(lambda: rig.connections() and not rig.connections()[0]._writable)
        assert [len(client.answer().body) for _ in range(12)] == [1_000_014] * 12


def test_a_connection_too_many_is_told_so(start):
    rig = start(connections_max=2)
    with rig.client() as one, rig.client() as two:
        assert one.call("GetItem", KEY).status == two.call("GetItem", KEY).status == 200
        with rig.client() as three:
            answer = three.answer()
            assert (answer.status, answer.json["__type"]) == (
                503,
                "com.amazon.coral.service#ServiceUnavailable",
            )
            three.socket.shutdown(socket.SHUT_WR)
            assert three.at_end()
        rig.until(lambda: len(rig.connections()) == 2)
        two.socket.close()
        rig.until(lambda: len(rig.connections()) == 1)
        with rig.client() as again:
            assert again.call("GetItem", KEY).status == 200


def test_bodies_that_arrive_together_share_a_budget(start):
    rig = start(bodies_bytes_max=150_000)
    with rig.client() as one, rig.client() as two:
        one.send(head("GetItem", {"Content-Length": "120000"}) + b" " * 100_000)
        rig.until(lambda: rig.server.connections._held == 100_000)
        two.send(head("GetItem", {"Content-Length": "120000"}) + b" " * 100_000)
        assert two.answer().status == 503
        assert one.send(b" " * 20_000).answer().status == 400
        assert rig.background.run(lambda: rig.server.connections._held) == 0


def test_a_gone_client_costs_no_other_its_answer(rig):
    with rig.client() as gone, rig.client() as other:
        gone.send(request("Scan", SCAN))
        other.send(request("Scan", SCAN))
        rig.until(lambda: rig.gate.entered == 2)
        gone.reset()
        rig.until(lambda: len(rig.connections()) == 1)
        rig.gate.open = True
        assert other.answer().status == 200
        rig.until(lambda: rig.server._service.in_flight == 0)


def test_a_point_read_is_served_between_the_turns_of_scans(rig):
    scans = [rig.client() for _ in range(40)]
    for scan in scans:
        scan.send(request("Scan", SCAN))
    rig.until(lambda: rig.gate.entered == 40)
    with rig.client() as reader:
        assert reader.call("GetItem", KEY).status == 200
    rig.gate.open = True
    assert {scan.answer().status for scan in scans} == {200}
    for scan in scans:
        scan.socket.close()


def test_a_stop_finishes_what_is_in_flight(start):
    rig = start()
    with rig.client() as running, rig.client() as idle:
        assert idle.call("GetItem", KEY).status == 200
        running.send(request("Scan", SCAN))
        rig.until(lambda: rig.gate.entered)
        rig.background.run(lambda: rig.background._loop.create_task(rig.server.stop()))
        assert idle.at_end()
        rig.gate.open = True
        answer = running.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert running.at_end()


def test_whole_requests_that_wait_share_the_budget_of_bodies(start):
    rig = start(bodies_bytes_max=150_000)
    waiting = request("GetItem", b" " * 100_000)
    with rig.client() as one, rig.client() as two, rig.client() as three:
        for client in (one, two):
            client.send(request("Scan", SCAN) + waiting)
        rig.until(lambda: rig.server.connections._held >= 200_000)
        assert not all(rig.background.run(lambda: [each._reading for each in rig.connections()]))
        three.send(head("GetItem", {"Content-Length": "120000"}) + b" " * 100_000)
        assert three.answer().status == 503
        rig.gate.open = True
        for client in (one, two):
            assert [client.answer().status for _ in range(2)] == [200, 400]
        rig.until(lambda: rig.server.connections._held == 0)
        assert one.call("GetItem", KEY).status == 200


def test_answers_that_are_not_taken_share_a_budget_and_the_slowest_is_ended(start):
    rig = start(unsent_bytes_max=1_500_000)
    clients = [rig.client(read_buffer=4096) for _ in range(12)]
    for client in clients:
        client.send(request("Query", QUERY) * 20)
        rig.until(lambda: len(rig.calls) > 0)
    rig.until(lambda: 0 < len(rig.connections()) < 12)
    rig.until(lambda: all(not each._writable for each in rig.connections()))
    assert rig.background.run(lambda: rig.server.connections._unsent_bytes) <= 1_500_000
    with rig.client() as other:
        assert other.call("GetItem", KEY).status == 200
    for client in clients:
        client.reset()
    rig.until(lambda: not rig.connections())
    assert rig.background.run(lambda: rig.server.connections._unsent_bytes) == 0


def test_a_last_answer_may_be_taken_slowly(rig):
    with rig.client(read_buffer=4096) as client:
        client.send(request("Query", {**QUERY, "Limit": 20_000_000}, {"Connection": "close"}))
        rig.until(lambda: not rig.connections()[0]._writable)
        for _ in range(3):
            rig.sweep(9)
            client.socket.recv(300_000)
        assert rig.connections()
        client.reset()


def test_a_client_that_closed_its_connection_takes_its_read_with_it(rig):
    with rig.client() as client, rig.client() as half_closed:
        for each in (client, half_closed):
            each.send(request("Scan", SCAN))
        rig.until(lambda: rig.gate.entered == 2)
        half_closed.socket.shutdown(socket.SHUT_WR)
        client.socket.close()
        rig.until(lambda: all(each._eof for each in rig.connections()))
        for _ in range(3):
            rig.sweep(1)
            rig.background.run(lambda: None)
        rig.until(lambda: len(rig.connections()) == 1)
        assert rig.background.run(lambda: rig.server._service.in_flight) == 1
        rig.gate.open = True
        for _ in range(3):
            assert half_closed.interim().startswith(b"HTTP/1.1 100 ")
        assert half_closed.answer().status == 200


def test_a_large_request_that_runs_long_counts_with_the_bodies(start):
    rig = start(bodies_bytes_max=500_000)
    body = b'{"TableName":"songs"' + b" " * 400_000 + b"}"
    with rig.client() as one, rig.client() as two:
        one.send(request("Scan", body))
        rig.until(lambda: rig.gate.entered == 1 and rig.server.connections._held == len(body))
        two.send(head("GetItem", {"Content-Length": "400000"}) + b" " * 300_000)
        assert two.answer().status == 503
        rig.gate.open = True
        assert one.answer().status == 200
        rig.until(lambda: rig.server.connections._held == 0)
