"""Runs every check of scim2-tester that applies to the server at SCIM_BASE_URL, with the token SCIM_TOKEN.

Prints what did not pass, and how many checks ended in which status; fails where one found a fault.
"""

import os
import sys
from collections import Counter

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
FAULTS = {Status.ERROR, Status.CRITICAL}


def is_append(result: CheckResult) -> bool:
    """Whether a check complains that `add` kept what a multi-valued attribute held.

    The checker adds an extension as a whole, then each of its attributes with another value, and expects to find the
    second value alone. An `add` appends (RFC 7644 section 3.5.2.1), so the first one stays beside it.
    """
    if result.title != "check_add_attribute" or not isinstance(result.data, dict):
        return False
    added, found = result.data.get("expected"), result.data.get("modify_actual")
    return isinstance(added, list) and isinstance(found, list) and all(value in found for value in added)


def writable(http: Client) -> list[str]:
    """The resource types of which a client can write something: a check begins by creating a resource."""

    def all_of(endpoint: str) -> list[dict]:
        return http.get(endpoint).raise_for_status().json()["Resources"]

    schemas = {schema["id"]: schema["attributes"] for schema in all_of("/Schemas")}
    return [
        resource_type["name"]
        for resource_type in all_of("/ResourceTypes")
        if any(attribute["mutability"] != "readOnly" for attribute in schemas[resource_type["schema"]])
    ]


def main() -> int:
    headers = {"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}
    with Client(base_url=os.environ["SCIM_BASE_URL"], headers=headers, timeout=60) as http:
        results = check_server(SyncSCIMClient(http), resource_types=writable(http))

    outcomes: Counter[str] = Counter()
    for result in results:
        outcome = "SET ASIDE" if result.status in FAULTS and is_append(result) else result.status.name
        outcomes[outcome] += 1
        if result.status not in PASSED:
            print(f"{outcome} {result.resource_type or 'server'} {result.title}: {result.reason}")

    types = sorted({result.resource_type for result in results if result.resource_type})
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    print(f"{len(results)} checks of the server and of {' and '.join(types) or 'no resource type'}: {counts}")
    return 1 if not types or any(outcomes[fault.name] for fault in FAULTS) else 0


sys.exit(main())
