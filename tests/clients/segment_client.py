"""Tells what a shop tells, by the official client of Segment for Python, unchanged: `segment_client.py URL KEY`."""

import datetime
import sys

import segment.analytics as analytics

failures = []
analytics.host, analytics.write_key = sys.argv[1], sys.argv[2]
analytics.gzip = "--gzip" in sys.argv
analytics.max_retries = 3
analytics.on_error = lambda error, items: failures.append(error)

who = "gzip-1" if analytics.gzip else "python-1"
analytics.identify(who, {"email": f"{who}@example.com", "firstName": "明", "lastName": "王", "city": "杭州"})
for number in range(50):
    properties = {"amount": 1.5, "orderId": f"o{number}", "items": [{"sku": "tea"}]}
    analytics.track(who, "Order Paid", properties)
then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
analytics.track(who, "Order Paid", {"amount": 100, "orderId": "earlier", "items": []}, timestamp=then)
analytics.track(who, "Something Else", {"a": 1})
analytics.page(who, "Docs", "Home", {"path": "/docs"})
analytics.screen(who, "App", "Basket")
analytics.group(who, "acme", {"employees": 12})
analytics.alias("python-other", who)
analytics.shutdown()
if failures:
    print(failures, file=sys.stderr)
    sys.exit(1)
