"""The snippets of LetsGo's data model, in its order, and the test that runs each. The seed shows names, keys and a
query in words, and no code; each is run as it stands there."""

from __future__ import annotations

from typing import Final

from systems.snippet import Snippet

_TESTS: Final = "tests/systems/letsgo/test_letsgo_snippets.py"

SNIPPETS: Final = (
    Snippet(
        "the composite primary key",
        "`category` - a string that is a partition key\n`key` - a string that is a sort key",
        f"{_TESTS}::test_the_table_has_a_category_and_a_key",
    ),
    Snippet(
        "a category for each kind of item",
        "If you want to store _orders_ and _customers_ in your database, each of them would be given a unique "
        "category name.",
        f"{_TESTS}::test_orders_and_customers_have_categories_of_their_own",
    ),
    Snippet(
        "a category for a relationship",
        "to maintain a relationship between a customer and an order, you could define a `customer-order` category",
        f"{_TESTS}::test_a_relationship_has_a_category_and_a_composite_key",
    ),
    Snippet(
        "the key of an order",
        "In the `orders` category, a key could be the order ID, for example `order-123`.",
        f"{_TESTS}::test_an_order_is_found_by_its_id",
    ),
    Snippet(
        "the key of a relationship",
        "the key can be a composite of the customer ID and order ID, e.g. `/customer-123/order-456`",
        f"{_TESTS}::test_a_relationship_has_a_category_and_a_composite_key",
    ),
    Snippet(
        "the orders of a customer",
        "to find all orders placed by `customer-123`, you can issue a query for items with the `customer-order` "
        "catagory that have a _prefix_ of the key equal to `/customer-123/`",
        f"{_TESTS}::test_all_orders_of_a_customer_are_found_by_a_prefix",
    ),
    Snippet(
        "the reserved names",
        "LetsGo reserves `category` names starting with `letsgo` for internal use.",
        f"{_TESTS}::test_categories_that_start_with_letsgo_are_refused",
    ),
    Snippet(
        "automatic expiration",
        "This can be requested by adding a `ttl` property to the item stored in the database. The property is a "
        "number that represents the desired expiration time of the item. When that time elapses, DynamoDB will "
        "remove the item from the database.",
        f"{_TESTS}::test_an_item_with_a_ttl_is_removed_from_the_database",
    ),
    Snippet(
        "never an expired item",
        "in practice DynamoDB itself may still include an expired item in the results of search queries or explicit "
        "get operation [...] you will never get back an expired item",
        f"{_TESTS}::test_an_expired_item_that_is_still_stored_is_never_returned",
    ),
    Snippet(
        "system categories",
        "LetsGo maintains several categories in the database to support the functionality that comes with the "
        "platform.",
        f"{_TESTS}::test_the_platform_keeps_its_own_categories",
    ),
)
