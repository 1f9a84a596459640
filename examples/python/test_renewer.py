"""A test of `renewer.py`: the service is started, lived with for half a year, and stopped.

    cargo build --release --features cli
    pip install alibabacloud-cas20200407==3.9.4
    python examples/python/test_renewer.py target/release/cert-lifecycle
"""

import json
import os
import subprocess
import sys
import urllib.request

from alibabacloud_cas20200407.client import Client
from alibabacloud_tea_openapi.models import Config
from renewer import Renewer

# Python's clients would go through a proxy even to this machine.
for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(name, None)

service = subprocess.Popen(
    [sys.argv[1], "serve", "--database", "memory", "--control",
     "--access-key", "id:secret", "--plan", "geotrust-dv-1-starter=2",
     "--clock", "manual:2026-03-20T00:00:00Z", "--verification", "auto", "--review", "auto"],
    stdout=subprocess.PIPE, text=True,
    stderr=None if os.environ.get("VERBOSE") else subprocess.DEVNULL)
try:
    line = service.stdout.readline()
    assert line, "the service did not start: see VERBOSE=1"
    url = json.loads(line)["listening"]
    client = Client(Config(access_key_id="id", access_key_secret="secret",
                           endpoint=url.removeprefix("http://"), protocol="HTTP"))
    renewer = Renewer(client, "geotrust-dv-1-starter")

    order = renewer.apply("www.example.com")
    certificate, key = renewer.certificate(order)
    assert certificate.startswith("-----BEGIN CERTIFICATE") and "PRIVATE KEY" in key
    assert renewer.due() == []
    print("issued, and nothing is due")

    half_a_year = json.dumps({"advance_seconds": 185 * 86_400}).encode()
    with urllib.request.urlopen(f"{url}/_control/clock", data=half_a_year) as moved:
        print("now it is", json.load(moved)["now"])
    assert renewer.due() == ["www.example.com"]

    renewed, _ = renewer.certificate(renewer.apply("www.example.com"))
    assert renewed != certificate
    print("applied for anew")
finally:
    service.terminate()
    assert service.wait(timeout=30) == 0
