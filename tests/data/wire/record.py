"""Records what the vendor's clients send, one file a request, beside this script.

It installs nothing. Give it a Python that has `alibabacloud-cas20200407` and
`aliyun-python-sdk-core`, and in NODE_PATH a folder with `@alicloud/cas20200407` and
`@alicloud/pop-core`:

    NODE_PATH=.../node_modules .../bin/python tests/data/wire/record.py

The keys are made up, and so is all that is applied for or uploaded.
"""

import os
import pathlib
import platform
import socket
import subprocess
import threading

for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
    os.environ.pop(proxy, None)

# Old clients tell which kernel they run on, which is nobody's business.
platform.release = lambda: "0"

HERE = pathlib.Path(__file__).parent
PORT = 18080
ENDPOINT = f"127.0.0.1:{PORT}"
ANSWER = b'{"RequestId":"0"}'

CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB+/AB==\n-----END CERTIFICATE REQUEST-----\n"
CERT = "-----BEGIN CERTIFICATE-----\r\nMIIC+/CD==\r\n-----END CERTIFICATE-----\r\n"
KEY = "-----BEGIN PRIVATE KEY-----\nTUFERS1VUA==\n-----END PRIVATE KEY-----\n"
NAME = "Übung ~*'()! a+b/c=d&e%20 证书"
LASTING = ("testid", "testsecret", None)
TEMPORARY = ("STS.testid", "stssecret", "token/+=&")


def take(connection):
    """One request, to its last byte."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, body = data.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, value = line.split(b":", 1)
        if name.strip().lower() == b"content-length":
            length = int(value)
        assert name.strip().lower() != b"transfer-encoding", "a body in chunks"
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


class Recorder:
    def __init__(self):
        self.name = None
        self.server = socket.create_server(("127.0.0.1", PORT))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.server.accept()
            with connection:
                request = take(connection)
                # The clients of Node say the name of a recording themselves, in a call of its own.
                if request.startswith(b"PUT /"):
                    self.name = request.split(b" ")[1][1:].decode()
                else:
                    (HERE / f"{self.name}.http").write_bytes(request)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)
                )


def typed(credentials, algorithm=None):
    from alibabacloud_cas20200407.client import Client
    from alibabacloud_tea_openapi.models import Config

    key, secret, token = credentials
    return Client(
        Config(
            access_key_id=key,
            access_key_secret=secret,
            security_token=token,
            signature_algorithm=algorithm,
            endpoint=ENDPOINT,
            protocol="HTTP",
        )
    )


def legacy(credentials):
    from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
    from aliyunsdkcore.client import AcsClient

    key, secret, token = credentials
    credential = StsTokenCredential(key, secret, token) if token else AccessKeyCredential(key, secret)
    return AcsClient(region_id="cn-hangzhou", credential=credential)


def python(recorder):
    from alibabacloud_cas20200407 import models
    from aliyunsdkcore.request import CommonRequest

    state = models.DescribePackageStateRequest(product_code="digicert-free-1-free")
    application = models.CreateCertificateWithCsrRequestRequest(
        csr=CSR,
        email="a+b@example.com",
        phone="13500000000",
        product_code="digicert-free-1-free",
        username=NAME,
        validate_type="DNS",
        tags=[models.CreateCertificateWithCsrRequestRequestTags(key="k 1", value="")],
    )
    upload = models.UploadUserCertificateRequest(cert=CERT, key=KEY, name=NAME)
    for kind, credentials, algorithm in (
        ("acs3", LASTING, None),
        ("acs3-token", TEMPORARY, None),
        ("sha1", LASTING, "v2"),
        ("sha1-token", TEMPORARY, "v2"),
    ):
        client = typed(credentials, algorithm)
        recorder.name = f"python-typed-{kind}-state"
        client.describe_package_state(state)
        recorder.name = f"python-typed-{kind}-application"
        client.create_certificate_with_csr_request(application)
        recorder.name = f"python-typed-{kind}-upload"
        client.upload_user_certificate(upload)

    for kind, credentials in (("", LASTING), ("-token", TEMPORARY)):
        for method in ("GET", "POST"):
            request = CommonRequest(
                domain=ENDPOINT, version="2020-04-07", action_name="UploadUserCertificate"
            )
            request.set_protocol_type("http")
            request.set_method(method)
            for name, value in (("Name", NAME), ("Cert", CERT), ("Key", KEY), ("Empty", "")):
                request.add_query_param(name, value)
            recorder.name = f"python-legacy{kind}-{method.lower()}"
            legacy(credentials).do_action_with_exception(request)
    request = CommonRequest(
        domain=ENDPOINT, version="2020-04-07", action_name="UploadUserCertificate"
    )
    request.set_protocol_type("http")
    request.set_method("POST")
    for name, value in (("Name", NAME), ("Cert", CERT), ("Key", KEY)):
        request.add_body_params(name, value)
    recorder.name = "python-legacy-form"
    legacy(LASTING).do_action_with_exception(request)


def main():
    recorder = Recorder()
    python(recorder)
    subprocess.run(["node", str(HERE / "record.js"), ENDPOINT], check=True)
    print(len(list(HERE.glob("*.http"))), "requests")


if __name__ == "__main__":
    main()
