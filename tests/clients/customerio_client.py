"""Tells what a shop tells, by the official client of Customer.io for Python: `customerio_client.py URL KEY`."""

import datetime
import sys

from customerio import CustomerIO, CustomerIOException

url, key = sys.argv[1], sys.argv[2]
cio = CustomerIO("shop", key, url_prefix="/cio/api/v1")
# It speaks https and nothing else; here there is no certificate.
cio.base_url = f"{url}/cio/api/v1"

cio.identify("cio-1", email="cio-1@example.com", city="Oslo", created_at=1_767_225_600)
paid = {"amount": 1.5, "orderId": "o1", "items": [{"sku": "tea"}]}
for _ in range(2):
    # Told twice under its id it is one fact.
    cio.track("cio-1", "Order Paid", paid, id="01HZ0000000000000000000001")
then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
cio.backfill("cio-1", "Order Paid", then, amount=100, orderId="earlier", items=[])
cio.pageview("cio-1", "Docs", path="/docs")
try:
    cio.track("cio-1", "Something Else", {"a": 1})
except CustomerIOException as refused:
    if "/name" not in str(refused):
        sys.exit(f"the answer does not say where: {refused}")
else:
    sys.exit("an event that nobody declared was taken")
