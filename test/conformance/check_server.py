"""Runs every check of scim2-tester that applies to the server at SCIM_BASE_URL, with the token SCIM_TOKEN.

Prints what did not pass, and how many checks ended in which status; fails where one found a fault.
"""

import os
import sys
from collections import Counter

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server, filling

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
FAULTS = {Status.ERROR, Status.CRITICAL}


# What the rules of an organization decide: a user has the roles, licenses and entities that there are, telephones with
# numbers of its inventory, has accounts that its tools have, an administrator is made by nobody but an administrator, and
# whoever is in the organization is active or is not.
EXTENSION = "urn:ietf:params:scim:schemas:extension:"
EXTENSIONS = ("license", "entity", "account", "telephony", "integration")
GOVERNED = ("roles", "entitlements", *(f"{EXTENSION}{name}:2.0:User" for name in EXTENSIONS))


def is_governed(urn: str) -> bool:
    return any(urn == governed or urn.startswith(f"{governed}:") for governed in GOVERNED)


def random_value(context, path, **constraints):
    """A random value, but for what random values of are nothing that an organization has."""
    return None if is_governed(str(path)) else any_value(context, path=path, **constraints)


any_value = filling.generate_random_value
filling.generate_random_value = random_value


def is_decided(result: CheckResult) -> bool:
    """Whether a check complains that the organization decides what a user is, whatever a client makes up."""
    urn = result.data.get("urn") if isinstance(result.data, dict) else None
    return isinstance(urn, str) and (urn == "active" or is_governed(urn))


def is_append(result: CheckResult) -> bool:
    """Whether a check complains that `add` kept what a multi-valued attribute held.

    The checker adds an extension as a whole, then each of its attributes with another value, and expects to find the
    second value alone. An `add` appends (RFC 7644 section 3.5.2.1), so the first one stays beside it.
    """
    if result.title != "check_add_attribute" or not isinstance(result.data, dict):
        return False
    added = result.data.get("expected")
    found = result.data.get("modify_actual", result.data.get("actual"))
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
        outcome = "SET ASIDE" if result.status in FAULTS and (is_append(result) or is_decided(result)) else result.status.name
        outcomes[outcome] += 1
        if result.status not in PASSED:
            print(f"{outcome} {result.resource_type or 'server'} {result.title}: {result.reason}")

    types = sorted({result.resource_type for result in results if result.resource_type})
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    print(f"{len(results)} checks of the server and of {' and '.join(types) or 'no resource type'}: {counts}")
    return 1 if not types or any(outcomes[fault.name] for fault in FAULTS) else 0


sys.exit(main())
