"""Steps, turns and the helper thread on a loop; background jobs between them."""

from __future__ import annotations

import asyncio
import threading

import pytest

from stator.clock import ManualClock
from stator.errors import StatorError
from stator.server.jobs import JobRunner
from stator.server.requestlog import RequestLog
from stator.server.scheduler import LoopScheduler, Turns
from stator.server.steps import Journey
from stator.storage.contract import Aside, Work
from stator.wire.namespaces import account_of


class AtOnceStore:
    """Is done within `submit`."""

    def submit(self, work, done):
        try:
            result = work.run(None)
        except Exception as error:
            done(None, error)
        else:
            done(result, None)


def test_a_call_aside_holds_up_neither_the_loop_nor_other_steps():
    release, threads = threading.Event(), []

    def waits():
        threads.append(threading.current_thread())
        assert release.wait(10)
        return "done"

    def slow():
        return (yield Aside(waits))

    def quick():
        yield None
        release.set()
        return (yield Work(lambda _: 1))

    async def both():
        loop = asyncio.get_running_loop()
        turns, answers = Turns(loop), []
        over = loop.create_future()

        def finish(answer, error):
            answers.append((answer, error))
            if len(answers) == 2:
                over.set_result(answers)

        for steps in (slow(), quick()):
            Journey(steps, AtOnceStore(), turns, finish).start()
        answers = await over
        turns.leave()
        return answers

    assert on_loop(both()) == [(1, None), ("done", None)]
    assert threads != [threading.current_thread()]


def test_the_error_of_a_call_aside_is_thrown_into_its_steps():
    def fails():
        raise OSError("no such file")

    def steps():
        try:
            yield Aside(fails)
        except OSError as error:
            return str(error)

    assert on_loop(run(steps())) == "no such file"


class ClosedStore:
    def submit(self, work, done):
        raise StatorError("the store is closed")


def on_loop(coroutine):
    return asyncio.run(coroutine)


async def run(steps, store=None):
    loop = asyncio.get_running_loop()
    finished = loop.create_future()

    def finish(answer, error):
        if error is None:
            finished.set_result(answer)
        else:
            finished.set_exception(error)

    Journey(steps, store or AtOnceStore(), Turns(loop), finish).start()
    return await finished


def test_steps_are_sent_the_results_of_their_works():
    def steps():
        first = yield Work(lambda _: 1)
        yield None
        second = yield Work(lambda _: 2)
        return first + second

    assert on_loop(run(steps())) == 3


def test_a_works_error_is_thrown_into_the_steps_which_may_go_on():
    def fail(_):
        raise KeyError("refused")

    def steps():
        try:
            yield Work(fail)
        except KeyError:
            return (yield Work(lambda _: "went on"))

    assert on_loop(run(steps())) == "went on"


def test_an_error_of_the_steps_ends_them():
    def steps():
        yield None
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        on_loop(run(steps()))


def test_a_store_that_takes_no_work_is_an_error_of_the_steps():
    def steps():
        yield Work(lambda _: 1)

    with pytest.raises(StatorError, match="closed"):
        on_loop(run(steps(), ClosedStore()))


def test_any_number_of_works_needs_no_deeper_stack():
    def steps():
        total = 0
        for _ in range(20_000):
            total += yield Work(lambda _: 1)
        return total

    assert on_loop(run(steps())) == 20_000


def test_turns_of_many_are_taken_in_rounds():
    seen = []

    def steps(name):
        for _ in range(3):
            seen.append(name)
            yield None

    async def all_of_them():
        loop = asyncio.get_running_loop()
        turns = Turns(loop)
        done = []
        for name in "abc":
            Journey(steps(name), AtOnceStore(), turns, lambda *_: done.append(1)).start()
        while len(done) < 3:
            await asyncio.sleep(0)

    on_loop(all_of_them())
    assert "".join(seen) == "abcabcabc"


def test_the_helper_runs_on_a_thread_of_its_own_and_its_outcome_comes_back_to_the_loop():
    async def both():
        loop = asyncio.get_running_loop()
        scheduler = LoopScheduler(loop)
        outcomes, where = [], []
        finished = asyncio.Event()

        def then(error):
            where.append(threading.current_thread())
            outcomes.append(error)
            if len(outcomes) == 2:
                finished.set()

        def fail():
            raise OSError("disk")

        scheduler.blocking(lambda: where.append(threading.current_thread()), then)
        scheduler.blocking(fail, then)
        await finished.wait()
        scheduler.close()
        scheduler.close()
        return outcomes, where

    outcomes, where = on_loop(both())
    assert outcomes[0] is None
    assert isinstance(outcomes[1], OSError)
    assert where[0] is not threading.main_thread()
    assert where[1] is threading.main_thread()


def test_jobs_are_done_to_their_end_and_a_failed_piece_is_tried_again():
    lines = []
    left = ["one", ZeroDivisionError("full"), "two", "three"]
    done = []

    def step():
        yield None
        piece = left.pop(0)
        if isinstance(piece, Exception):
            raise piece
        done.append((yield Work(lambda _: piece)))
        return bool(left)

    async def drive():
        loop = asyncio.get_running_loop()
        scheduler = LoopScheduler(loop)
        log = RequestLog(lines.append, ManualClock())
        runner = JobRunner(step, AtOnceStore(), scheduler, Turns(loop), log, poll_s=0.001)
        runner.start()
        while left or runner.running:
            await asyncio.sleep(0)
        runner.stop()
        runner.wake()
        assert not runner.running

    on_loop(drive())
    assert done == ["one", "two", "three"]
    assert "ZeroDivisionError: full" in "".join(lines)


@pytest.mark.parametrize(
    ("namespace", "seen"),
    [
        ("shared", ["000000000000", "us-east-1"]),
        ("region", ["000000000000", "eu-west-1"]),
        ("account-region", ["123456789012", "eu-west-1"]),
    ],
)
def test_tables_lie_where_the_namespace_says(start, namespace, seen):
    rig = start(namespace=namespace)
    scope = "123456789012/20260101/eu-west-1/dynamodb/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=a, Signature=b"
    with rig.client() as client:
        assert client.call("ListTables", {}, {"Authorization": signed}).json["TableNames"] == seen


def test_a_region_that_cannot_be_part_of_an_arn_is_refused(start):
    rig = start(namespace="region")
    signed = (
        "AWS4-HMAC-SHA256 Credential=me/20260101/eu:west/dynamodb/aws4_request, SignedHeaders=a, Signature=b"
    )
    with rig.client() as client:
        answer = client.call("ListTables", {}, {"Authorization": signed})
    assert answer.json["message"] == "Credential should be scoped to a valid region, not 'eu:west'. "


def test_a_key_id_has_always_the_same_account():
    assert account_of("123456789012") == "123456789012"
    assert account_of("local") == account_of("local") != account_of("other")
    assert len(account_of("local")) == 12
