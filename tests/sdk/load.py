"""Applies, looks, gives up and revokes, over and over, while the server is killed now and then.

    python load.py CLIENT SEED CSR...

A line on standard output for each acknowledged operation. When standard input ends, so does the load;
the last line is JSON: what this client was told of its orders, and what it never had an answer to.
"""

import importlib
import json
import random
import sys
import threading
import time

from load_states import ASKED, reachable
from scenario import PRODUCT, Refused

WORKERS = 3
call = importlib.import_module(sys.argv[1]).call
csrs = [open(path).read() for path in sys.argv[3:]]
over = threading.Event()
lock = threading.Lock()
found = {"orders": {}, "lost_creates": 0, "lost": 0, "acknowledged": 0, "wrong": []}

def ask(operation, parameters):
    """The fields; a refusal; or nothing, where it is not known what became of it."""
    try:
        answer = call(operation, parameters)
    except Refused as refused:
        if refused.status >= 500:
            with lock:
                found["wrong"].append(f"{operation}: {refused}")
        answer = refused
    except Exception:  # Every client has errors of its own for a connection that broke.
        with lock:
            found["lost"] += 1
        time.sleep(0.02)
        return None
    with lock:
        found["acknowledged"] += 1
        print(operation, flush=True)
    return answer


def wrong(order, own, why):
    with lock:
        found["wrong"].append(f"{order}: {why}; last {own['state']}, asked {own['asked']}")


def see(order, own, answer):
    """Holds what an answer shows against what was shown before."""
    if isinstance(answer, Refused):
        gone = (answer.status, answer.code) == (404, "NotFoundOrder")
        state = "gone" if gone else str(answer)
    else:
        state = answer["Type"]
    if state not in reachable(own["state"], own["asked"]):
        return wrong(order, own, f"it is {state}")
    own["state"] = state
    if state == "certificate":
        if own["certificate"] not in (None, answer["Certificate"]):
            wrong(order, own, "its certificate is another one")
        own["certificate"] = answer["Certificate"]


def apply(own_orders, draw):
    number = draw.randrange(len(csrs))
    answer = ask("CreateCertificateWithCsrRequest", {
        "ProductCode": PRODUCT, "Csr": csrs[number], "ValidateType": "DNS", "Username": "Tom",
        "Phone": "13900000000", "Email": "username@example.com",
    })
    if answer is None:
        with lock:
            found["lost_creates"] += 1
    elif isinstance(answer, Refused):
        with lock:
            found["wrong"].append(f"an application was refused: {answer}")
    else:
        order = str(answer["OrderId"])
        own = {"state": "domain_verify", "asked": [], "certificate": None, "csr": number,
               "sure": True}
        with lock:
            if order in found["orders"]:
                found["wrong"].append(f"{order}: it was given out twice")
            found["orders"][order] = own
        own_orders.append(order)


def step(own_orders, draw):
    open_orders = [order for order in own_orders if found["orders"][order]["state"] != "gone"]
    if not open_orders or draw.random() < 0.2:
        return apply(own_orders, draw)
    order = draw.choice(open_orders[-8:])
    own = found["orders"][order]
    command, chance = {
        "domain_verify": ("CancelOrderRequest", 0.25), "process": (None, 0),
        "payed": ("DeleteCertificateRequest", 0.6),
        "certificate": ("CancelCertificateForPackageRequest", 0.15), "unknow": (None, 0),
    }[own["state"]]
    if draw.random() >= chance:
        answer = ask("DescribeCertificateState", {"OrderId": order})
        own["sure"] = answer is not None
        if answer is not None:
            see(order, own, answer)
        return
    if command not in own["asked"]:
        own["asked"].append(command)
    answer = ask(command, {"OrderId": order})
    if answer is None:
        own["sure"] = False
    elif isinstance(answer, Refused):
        # It was done before, or the order was led on by what had no answer.
        if own["sure"]:
            wrong(order, own, f"{command}: {answer}")
    else:
        own["state"] = next(state for state, asked in ASKED.items() if asked == command)


def work(number):
    draw, own_orders = random.Random(f"{sys.argv[1:3]} {number}"), []
    while not over.is_set():
        step(own_orders, draw)


workers = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
for worker in workers:
    worker.start()
sys.stdin.read()
over.set()
for worker in workers:
    worker.join()
print(json.dumps(found))
