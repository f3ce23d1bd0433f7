"""Runs the official clients of Segment and Customer.io, unchanged, against `nurture run`, and looks at what arrived; then has
schemathesis ask the API what its description allows and what it does not.

`try.py BINARY`: the program. Node's client stands in node_modules beside this file."""

import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BINARY = sys.argv[1]
MODEL = """model: shop
customer:
  city: { type: text, optional: true }
  spend: { from: sum(order.paid.amount) }
  company: { type: company, optional: true }
events:
  order.paid: { amount: number, order_id: text, items: list }
  page.viewed: { path: text }
entities:
  company: { employees: number, shared: true }
"""


def free_port():
    # Below 32768: above, the system gives ports to whoever asks for any.
    for port in range(21000, 32000, 7):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    sys.exit("no port is free")


def wait_for(what, is_so, log):
    for _ in range(3000):
        if is_so():
            return
        time.sleep(0.1)
    sys.exit(f"not in time: {what}\n{log.read_text()}")


def answers(url):
    try:
        with urllib.request.urlopen(url + "/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def main():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NURTURE_")}
    environment["LANG"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        (project / "workflows").mkdir()
        (project / "workflows" / "model.yaml").write_text(MODEL)
        address = f"127.0.0.1:{free_port()}"
        (project / "nurture.toml").write_text(f'listen = "{address}"\nzone = "Asia/Shanghai"\nlanguage = "en"\n')
        run = lambda *words: subprocess.run(
            [BINARY, *words], cwd=project, env=environment, check=True, capture_output=True, text=True
        ).stdout
        run("publish")
        key = run("key", "create", "clients", "--scope", "events:write").strip()
        log = project / "run.log"
        with log.open("w") as out:
            served = subprocess.Popen([BINARY, "run"], cwd=project, env=environment, stdout=out, stderr=out)
        try:
            url = f"http://{address}"
            wait_for("it serves", lambda: answers(url), log)
            subprocess.run(["node", HERE / "segment.mjs", url, key], env=environment, check=True)
            for more in ([], ["--gzip"]):
                client = [sys.executable, HERE / "segment_client.py", url, key, *more]
                subprocess.run(client, env=environment, check=True)
            client = [sys.executable, HERE / "customerio_client.py", url, key]
            subprocess.run(client, env=environment, check=True)
            visits = run("key", "create", "page", "--scope", "visits:write").strip()
            subprocess.run(["node", HERE / "page.mjs", url, visits], env=environment, check=True)
            look(project / "nurture.db", log)
            fuzz(url, run("key", "create", "fuzz", "--role", "admin").strip(), environment, log)
        finally:
            served.terminate()
            served.wait(300)


def fuzz(url, key, environment, log):
    """No request is answered by 5xx, or by what the description does not say."""
    schemathesis = pathlib.Path(sys.executable).with_name("st")
    command = [
        schemathesis, "run", f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {key}",
        "--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--rate-limit", "45/s",
        "--request-timeout", "120",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance",
        "--generation-deterministic", "--max-time", "150", "--no-color",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"schemathesis:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}\n{log.read_text()[-4000:]}")
    summary = [line for line in done.stdout.splitlines() if "generated" in line or "passed" in line]
    print("schemathesis: nothing found;", " ".join(line.strip() for line in summary[-2:]))


def look(database, log):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        one = lambda question, *values: connection.execute(question, values).fetchone()
        for who, facts, spend in [("node-1", 50, 75), ("python-1", 51, 175), ("gzip-1", 51, 175)]:
            count = one("SELECT count(*) FROM event WHERE customer = ? AND name = 'order.paid'", who)[0]
            assert count == facts, (who, count)
            def spent():
                found = one("SELECT attributes ->> 'spend' FROM customer WHERE id = ?", who)
                return found is not None and found[0] == spend * 1_000_000
            wait_for(f"the turn of {who}", spent, log)
            email, attributes = one("SELECT email, attributes FROM customer WHERE id = ?", who)
            attributes = json.loads(attributes)
            assert email.endswith("@example.com"), email
            assert attributes["company"] == "acme", attributes
            assert attributes["city"] in ("Oslo", "杭州"), attributes
            assert attributes["name"] in ("Nora Node", "王明"), attributes
            for name, wanted in [("page.viewed", 1), ("screen.viewed", 1)]:
                count = one("SELECT count(*) FROM event WHERE customer = ? AND name = ?", who, name)[0]
                assert count == wanted, (who, name, count)
        email, attributes = one("SELECT email, attributes FROM customer WHERE id = 'cio-1'")
        assert (email, json.loads(attributes)["city"]) == ("cio-1@example.com", "Oslo"), (email, attributes)
        for name, wanted in [("order.paid", 2), ("page.viewed", 1)]:
            count = one("SELECT count(*) FROM event WHERE customer = 'cio-1' AND name = ?", name)[0]
            assert count == wanted, (name, count)
        rejected = [row[0] for row in connection.execute("SELECT body ->> 'event' FROM rejected")]
        assert rejected == ["Something Else"] * 4, rejected
        # One visitor of the page has not said who they are.
        assert one("SELECT count(*) FROM customer WHERE id LIKE 'anonymous:%'")[0] == 1
        seen = "SELECT count(*) FROM event WHERE customer LIKE 'anonymous:%' AND properties ->> 'path' = '/tea'"
        assert one(seen)[0] == 2
    print("clients of Segment: 3 tried, of Customer.io: 1, everything arrived once, and what was wrong is listed")


main()
