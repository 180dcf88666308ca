"""Writes that hold only while something is so: no overdraft, no second account, no payment twice."""

from __future__ import annotations

from patterns.pattern import Pattern, Weighed
from stator.model import Attr, Design, Entity, Stored, Table, get, ref


class Account(Entity):
    stored = Stored({"pk": "ACCOUNT#{account_id}", "sk": "ACCOUNT"}, unique=["email"])

    account_id: str
    email: str
    balance: int = 0


class Payment(Entity):
    stored = Stored({"pk": "ACCOUNT#{account_id}", "sk": "PAYMENT#{payment_id}"})

    account_id: str
    payment_id: str
    amount: int


class Bank(Design):
    table = Table("bank", pk="pk", sk="sk")
    entities = (Account, Payment)

    @get(Account, consistent=True)
    def account(self, account_id: str) -> None:
        """An account, as of the last write."""

    @get(Payment)
    def payment(self, account_id: str, payment_id: str) -> None:
        """Whether a payment was done."""


def pay(bank: Bank, payment_id: str, amount: int) -> None:
    """Once for each payment_id, and only from the balance."""
    with bank.transaction() as every:
        every.create(Payment(account_id="a1", payment_id=payment_id, amount=amount))
        account = ref(Account, account_id="a1")
        every.update(account, add={"balance": -amount}, if_=Attr("balance").gte(amount))


def create_once(bank: Bank) -> object:
    """An account that is there already is not written over."""
    return bank.create(Account(account_id="a1", email="other@example.com"))


def unique_email(bank: Bank) -> object:
    """An e-mail address belongs to one account: it has an item of its own, put on condition in the same transaction."""
    return bank.create(Account(account_id="a2", email="ann@example.com"))


def withdraw(bank: Bank) -> object:
    """A withdrawal that the balance allows: checked and subtracted in one request, without reading first."""
    return bank.update(ref(Account, account_id="a1"), add={"balance": -30}, if_=Attr("balance").gte(30))


def overdraw(bank: Bank) -> object:
    """One that it does not allow changes nothing."""
    return bank.update(ref(Account, account_id="a1"), add={"balance": -500}, if_=Attr("balance").gte(500))


def pay_once(bank: Bank) -> object:
    """A payment with an id: the payment's item and the balance, all or none."""
    pay(bank, "p1", 50)
    return bank.account("a1")


def pay_again(bank: Bank) -> None:
    """The same payment, sent again a day later by a queue: the payment's item is there, so nothing happens."""
    pay(bank, "p1", 50)


def after_both(bank: Bank) -> object:
    """The balance was charged once."""
    return [bank.account("a1"), bank.payment("a1", "p1")]


def with_token(bank: Bank) -> object:
    """A retry within ten minutes needs no item of its own: the request carries a token, and is done once."""
    for _ in range(2):
        bank.update(ref(Account, account_id="a1"), add={"balance": -5}, token="retry-of-withdrawal-7")
    return bank.account("a1")


PATTERN = Pattern(
    title="Conditional writes and idempotency",
    problem="Several writers change an item at once, networks repeat requests, and queues deliver twice. A "
    "write that names what must be so is checked and done in one step: it holds or it is refused and "
    "changes nothing. A request's own id, stored in the same transaction, makes its second arrival a "
    "refusal.",
    design=Bank,
    items=(Account(account_id="a1", email="ann@example.com", balance=100),),
    examples=(create_once, unique_email, withdraw, overdraw, pay_once, pay_again, after_both, with_token),
    why=(
        "There is no moment between the check and the write: of two withdrawals at once, one sees the other.",
        "A refused write says which condition failed: the caller knows a repetition from a real refusal.",
        "A stored id holds for as long as its item does; a request token for ten minutes, and costs no item.",
    ),
    trade_offs=Weighed(
        scale="A condition is checked on one item: all who write one account meet there, and 1,000 writes a second "
        "is what it takes. Two transactions on one item at once make one of them try again.",
        cost="A refused conditional write is charged as the write would have been; a transaction costs twice the "
        "units. A unique value is a second item, in every transaction that changes it.",
        consistency="As strict as can be: the check and the write are one step. A token holds for ten minutes, a "
        "stored id for as long as its item.",
        simplicity="Payment items stay until something removes them: give them an expiry past the longest delay of "
        "a retry.",
    ),
    not_when=(
        "Writes commute and may be counted twice, such as views of a page: an unconditional ADD is cheaper.",
        "The condition spans many items that are only known by a query: conditions are on items named by their keys.",
    ),
)
