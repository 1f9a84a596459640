"""Kills the server in the middle of a load by four clients of the vendor's, and looks what is there.

    python tests/sdk/kill.py PROGRAM [--seed N] [--kills N] [--break WHAT]

Clients go on over every SIGKILL; the server is started again on the same file and port. Then: each
acknowledged order is there, in no state behind the one that was acknowledged; the plan's ledger counts
what was sold and nothing else; orders that nobody was told of are no more than the applications
without an answer; each certificate is the one that was handed out, for the key that was sent, and all
are signed by one intermediate. With `--break` the run must find something: `file` puts the database
back to what it was one kill earlier, `memory` keeps nothing, `count` lets
clients forget an order, `state` lets them forget what they gave up.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = ["python_typed", "python_legacy", "node_typed", "node_pop"]
PLAN = 100_000
# What a client says between two kills, of all together; and how long a run may take.
BETWEEN, LIMIT = (30, 90), 50

arguments = argparse.ArgumentParser()
arguments.add_argument("program")
arguments.add_argument("--seed", type=int, default=20200407)
arguments.add_argument("--kills", type=int, default=6)
arguments.add_argument("--break", dest="broken",
                       choices=["file", "memory", "count", "state"])
given = arguments.parse_args()
draw = random.Random(given.seed)
begun = time.monotonic()
folder = pathlib.Path(tempfile.mkdtemp(prefix="cert-lifecycle-kill-"))
database = folder / "load.db"
wrong = []


def check(holds, *why):
    if not holds:
        wrong.append(" ".join(str(one) for one in why))


class Server:
    last = None

    def __init__(self, listen="127.0.0.1:0"):
        kept = "memory" if given.broken == "memory" else f"sqlite:{database}"
        self.log = open(folder / "log", "ab")
        self.process = subprocess.Popen(
            [given.program, "serve", "--database", kept, "--listen", listen, "--control",
             "--clock", "manual:2026-03-20T09:00:00+08:00", "--verification", "auto",
             "--review", "auto", "--access-key", "testid:testsecret",
             "--plan", f"geotrust-dv-1-starter={PLAN}"],
            stdout=subprocess.PIPE, stderr=self.log)
        Server.last = self
        first = self.process.stdout.readline()
        if not first:
            raise SystemExit("the server did not start:\n" + (folder / "log").read_text()[-2_000:])
        self.base = json.loads(first)["listening"]

    def end(self, how):
        self.process.send_signal(how)
        code = self.process.wait()
        self.process.stdout.close()
        self.log.close()
        return code


class Client:
    def __init__(self, name, csrs):
        program = "node" if name.startswith("node") else sys.executable
        load = HERE / ("load.js" if name.startswith("node") else "load.py")
        self.name, self.said, self.last = name, 0, ""
        self.process = subprocess.Popen([program, load, name, str(given.seed), *csrs],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.said += 1
            self.last = line

    def end(self):
        self.process.stdin.close()
        self.reader.join()
        if self.process.wait() != 0:
            raise SystemExit(f"{self.name} ended with {self.process.returncode}")
        return json.loads(self.last)


def openssl(*args, text=""):
    done = subprocess.run(["openssl", *args], input=text.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def requests():
    """Signing requests of three keys, and their public keys."""
    kinds = [["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["rsa:2048"],
             ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]]
    paths = []
    for number, kind in enumerate(kinds):
        path = folder / f"{number}.csr"
        openssl("req", "-new", "-newkey", *kind, "-nodes", "-keyout", str(folder / "key"),
                "-subj", f"/CN=k{number}.example.com", "-out", str(path))
        paths.append(str(path))
    return paths, [openssl("req", "-in", path, "-pubkey", "-noout") for path in paths]


def wait_for(clients, more):
    aim = sum(one.said for one in clients) + more
    while sum(one.said for one in clients) < aim:
        if any(one.process.poll() is not None for one in clients):
            raise SystemExit("a client ended")
        if time.monotonic() - begun > 2 * LIMIT:
            raise SystemExit("the clients stand still")
        time.sleep(0.001)


def copy_of_files(into):
    into.mkdir(exist_ok=True)
    for path in folder.glob("load.db*"):
        shutil.copy(path, into)


def put_back(from_where):
    for path in folder.glob("load.db*"):
        path.unlink()
    for path in from_where.iterdir():
        shutil.copy(path, folder)


def live():
    """The load over all kills; the server that is left, what clients know, the number of kills."""
    csrs, keys = requests()
    server = Server()
    os.environ["CERT_LIFECYCLE_URL"] = server.base
    clients = [Client(name, csrs) for name in CLIENTS]
    kills = 0
    while kills < given.kills and (kills == 0 or time.monotonic() - begun < LIMIT / 2):
        wait_for(clients, draw.randint(*BETWEEN))
        time.sleep(draw.random() * 0.03)
        server.end(signal.SIGKILL)
        kills += 1
        if given.broken == "file":
            earlier = folder / f"earlier-{kills}"
            copy_of_files(earlier)
            if kills == given.kills:
                put_back(folder / f"earlier-{max(1, kills - 1)}")
        server = Server(server.base.removeprefix("http://"))
    wait_for(clients, BETWEEN[0])
    return server, {one.name: one.end() for one in clients}, keys, kills


def forget(told):
    """Clients that miscount, to see that it is found."""
    for one in told.values():
        orders = one["orders"]
        if given.broken == "count" and orders:
            orders.pop(next(iter(orders)))
            one["lost_creates"] = 0
        if given.broken == "state":
            for own in orders.values():
                if own["state"] == "payed":
                    own["state"], own["asked"] = "certificate", []


def audit(server, told, keys):
    # These read the address when they are loaded.
    sys.path.insert(0, str(HERE))
    from load_states import reachable
    from python_typed import call
    from scenario import PRODUCT, Refused, control

    ask = lambda order: call("DescribeCertificateState", {"OrderId": order})
    for name, one in told.items():
        check(one["acknowledged"] > 0, name, "did nothing")
        for why in one["wrong"]:
            check(False, name, why)
    orders = {}
    for one in told.values():
        for order, own in one["orders"].items():
            check(order not in orders, order, "was given to two clients")
            orders[order] = own

    there = {}
    for order, own in orders.items():
        try:
            shown = ask(order)
        except Refused as refused:
            shown = {"Type": "gone" if refused.code == "NotFoundOrder" else str(refused)}
        state = there[order] = shown["Type"]
        check(state in reachable(own["state"], own["asked"]), order, "is", state, "and was",
              own["state"], "asked", own["asked"])
        if state == "certificate":
            check(own["certificate"] in (None, shown["Certificate"]), order, "has another certificate")
            check(ask(order)["Certificate"] == shown["Certificate"], order, "is read in two ways")
            own["certificate"] = shown["Certificate"]

    rows, page = {}, 1
    while True:
        listed = call("ListUserCertificateOrder",
                      {"OrderType": "CPACK", "ShowSize": 50, "CurrentPage": page})
        rows.update((str(int(row["OrderId"])), row["Status"])
                    for row in listed["CertificateOrderList"] or [])
        if page * 50 >= listed["TotalCount"]:
            break
        page += 1
    check(listed["TotalCount"] == len(rows), "the list has", len(rows), "of", listed["TotalCount"])
    for order, state in there.items():
        check((order in rows) == (state != "gone"), order, "is", state, "and listed",
              order in rows)
    untold = set(rows) - set(orders)
    lost = sum(one["lost_creates"] for one in told.values())
    check(len(untold) <= lost, len(untold), "orders were told to nobody, and", lost,
          "applications had no answer")

    plan, = (own for own in control("accounts/1234567890/ledger")["plans"]
             if own["product"] == PRODUCT)
    # What was deleted and what was revoked in its window gave its unit back.
    held = sum(status != "REVOKED" for status in rows.values())
    issued = sum(status in ("ISSUED", "REVOKED") for status in rows.values())
    counted = {"total": PLAN, "used": held, "remaining": PLAN - held, "issued": issued}
    check(all(plan[name] == number for name, number in counted.items()), "the ledger", plan,
          "is not", counted)
    package = call("DescribePackageState", {"ProductCode": PRODUCT})
    shown = [package[name] for name in ("TotalCount", "UsedCount", "IssuedCount")]
    check(shown == [PLAN, held, issued], "the plan shows", shown, "and not", counted)

    certificates = chains(orders, keys)
    end = server.end(signal.SIGTERM)
    check(end == 0, "the server ended with", end)
    return len(orders), len(untold), certificates


def chains(orders, keys):
    """Holds every certificate against its key, its order and its issuer."""
    issuers, serials, leaves = set(), {}, []
    for order, own in orders.items():
        if own["certificate"] is None:
            continue
        leaf, *issuer = re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----\n?",
                                   own["certificate"], re.DOTALL)
        issuers.add("".join(issuer))
        path = folder / f"{order}.pem"
        path.write_text(leaf)
        leaves.append(str(path))
        said = openssl("x509", "-serial", "-pubkey", "-noout", text=leaf)
        serial, _, key = said.partition("\n")
        check(key == keys[own["csr"]], order, "is for another key")
        check(serials.setdefault(serial, order) == order, order, "has the serial number of",
              serials[serial])
    check(len(issuers) == 1, "there are", len(issuers), "chains")
    issuer = folder / "issuer.pem"
    issuer.write_text(next(iter(issuers), ""))
    when = ["-attime", "1774000000", "-partial_chain", "-CAfile", str(issuer)]
    verified = subprocess.run(["openssl", "verify", *when, *leaves], capture_output=True, text=True)
    check(verified.returncode == 0, verified.stderr.strip())
    return len(leaves)


try:
    server, told, keys, kills = live()
    forget(told)
    orders, untold, certificates = audit(server, told, keys)
finally:
    if Server.last is not None and Server.last.process.poll() is None:
        Server.last.end(signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)

acknowledged = sum(one["acknowledged"] for one in told.values())
lost = sum(one["lost"] for one in told.values())
for why in wrong[:20]:
    print(f"  {why}")
print(f"kill: {kills} kills, {acknowledged} acknowledged operations, {lost} without an answer; "
      f"{orders} orders and {untold} that nobody was told of, {certificates} certificates; "
      f"{len(wrong)} violations; {time.monotonic() - begun:.0f} s")
if given.broken is None:
    sys.exit(bool(wrong))
if not wrong:
    sys.exit(f"{given.broken} was not noticed")
