"""What every Python client lives through: the documented flow, its exits and its errors.

A client is a function `call(operation, parameters, key=..., secret=...)` that answers with the fields
of the answer, or raises `Refused`.
"""

import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request

BASE = os.environ["CERT_LIFECYCLE_URL"]
KEY, SECRET = "testid", "testsecret"
PRODUCT = "geotrust-dv-1-starter"
SCARCE = "geotrust-dv-w-starter"
NEVER = "symantec-ov-1-personal"
DAY = 86_400


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


def control(path, body=None, expected=200):
    """Asks the control plane; POST if there is a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{BASE}/_control/{path}", data=data)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            status, said = answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        status, said = error.code, json.load(error)
    assert status == expected, (path, status, said)
    return said


def openssl(*arguments, text=""):
    done = subprocess.run(["openssl", *arguments], input=text.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def signing_request(name):
    """A signing request of the client's own, and the public key in it."""
    with tempfile.TemporaryDirectory() as folder:
        key = os.path.join(folder, "key.pem")
        csr = openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                      "-subj", f"/CN={name}")
    return csr, openssl("req", "-pubkey", "-noout", text=csr)


def public_key(certificate):
    return openssl("x509", "-pubkey", "-noout", text=certificate)


def live(call):
    applicant = {"Username": "Tom", "Phone": "13900000000", "Email": "username@example.com"}

    def fails(status, code, operation, parameters, **signed):
        try:
            done = call(operation, parameters, **signed)
        except Refused as refused:
            assert (refused.status, refused.code) == (status, code), (operation, str(refused))
        else:
            raise AssertionError(f"{operation} was not refused: {sorted(done)}")

    def state(order):
        return call("DescribeCertificateState", {"OrderId": order})

    def has(order, word, *fields):
        found = state(order)
        assert found["Type"] == word, found
        assert set(found) == {"RequestId", "Type", *fields}, sorted(found)
        return found

    def counts(product=PRODUCT):
        found = call("DescribePackageState", {"ProductCode": product})
        return found["TotalCount"], found["UsedCount"], found["IssuedCount"]

    def create(name, method="DNS"):
        return call("CreateCertificateRequest", {
            "ProductCode": PRODUCT, "Domain": name, "ValidateType": method, **applicant,
        })["OrderId"]

    def act(order, what, body=None, expected=200):
        return control(f"orders/{order}/{what}", body or {}, expected)

    def issue(order):
        assert act(order, "satisfy-challenge")["Type"] == "process"
        assert act(order, "approve")["Type"] == "certificate"

    dns = ("ValidateType", "RecordDomain", "RecordType", "RecordValue")

    # The plan, then an application by each of the three operations.
    assert counts() == (10, 0, 0)
    package = call("CreateCertificateForPackageRequest", {
        "ProductCode": PRODUCT, "Domain": "a.example.com", "ValidateType": "DNS", **applicant,
    })["OrderId"]
    found = has(package, "domain_verify", *dns)
    assert found["RecordType"] in ("TXT", "CNAME") and "example.com" in found["RecordDomain"]
    by_file = create("b.example.com", "FILE")
    found = has(by_file, "domain_verify", "ValidateType", "Domain", "Uri", "Content")
    assert found["ValidateType"] == "FILE"
    csr, own_key = signing_request("c.example.com")
    with_csr = call("CreateCertificateWithCsrRequest", {
        "ProductCode": PRODUCT, "Csr": csr, "ValidateType": "DNS", **applicant,
    })["OrderId"]
    has(with_csr, "domain_verify", *dns)
    assert counts() == (10, 3, 0)

    # Proved, reviewed, issued; each step once.
    act(package, "approve", expected=409)
    assert act(package, "satisfy-challenge")["Type"] == "process"
    act(package, "satisfy-challenge", expected=409)
    has(package, "process")
    assert act(package, "approve")["Type"] == "certificate"
    act(package, "approve", expected=409)
    found = has(package, "certificate", "Certificate", "PrivateKey", "CertId")
    assert public_key(found["Certificate"]) == openssl("pkey", "-pubout", text=found["PrivateKey"])
    issued = found
    issue(by_file)
    issue(with_csr)
    found = has(with_csr, "certificate", "Certificate", "CertId")
    assert public_key(found["Certificate"]) == own_key
    assert counts() == (10, 3, 3)

    # The first exit: withdrawn and deleted, and the unit is back.
    order = create("d.example.com")
    fails(403, "OrderStateError", "DeleteCertificateRequest", {"OrderId": order})
    call("CancelOrderRequest", {"OrderId": order})
    has(order, "payed")
    assert counts() == (10, 4, 3)
    call("DeleteCertificateRequest", {"OrderId": order})
    fails(404, "NotFoundOrder", "DescribeCertificateState", {"OrderId": order})
    assert counts() == (10, 3, 3)

    # The second: rejected, deleted, and applied for anew.
    order = create("e.example.com")
    act(order, "satisfy-challenge")
    assert act(order, "reject", {"reason": "the phone is not answered"})["Type"] == "verify_fail"
    has(order, "verify_fail")
    call("DeleteCertificateRequest", {"OrderId": order})
    again = create("e.example.com")
    assert again != order
    issue(again)
    assert counts() == (10, 4, 4)

    # The third: revoked, inside the window and outside.
    control("clock", {"advance_seconds": DAY})
    call("CancelCertificateForPackageRequest", {"OrderId": again})
    assert control(f"orders/{again}")["status"] == "Revoked"
    assert counts()[1] == 3
    control("clock", {"advance_seconds": 60 * DAY})
    call("CancelCertificateForPackageRequest", {"OrderId": by_file})
    assert control(f"orders/{by_file}")["status"] == "Revoked"
    assert counts()[1] == 3
    now = control("clock")["now"]
    assert control("clock", {"advance_seconds": -1}, 409)["now"] == now

    # What is uploaded, and what is not.
    upload = {"Name": "from elsewhere", "Cert": issued["Certificate"], "Key": issued["PrivateKey"]}
    uploaded = call("UploadUserCertificate", upload)["CertId"]
    detail = call("GetUserCertificateDetail", {"CertId": uploaded})
    assert public_key(detail["Cert"]) == public_key(issued["Certificate"])
    fails(400, "InvalidParameter", "UploadUserCertificate", upload)
    stranger = {**upload, "Name": "another", "Cert": found["Certificate"]}
    fails(400, "InvalidParameter", "UploadUserCertificate", stranger)
    fails(400, "InvalidParameter", "UploadUserCertificate",
          {**upload, "Name": "another", "Cert": "no certificate"})

    # It expires.
    listed = {"OrderType": "CPACK", "Status": "EXPIRED"}
    assert call("ListUserCertificateOrder", listed)["TotalCount"] == 0
    control("clock", {"advance_seconds": 400 * DAY})
    rows = call("ListUserCertificateOrder", listed)["CertificateOrderList"]
    assert {int(row["OrderId"]) for row in rows} == {int(package), int(with_csr)}, rows
    fails(403, "OrderStateError", "CancelCertificateForPackageRequest", {"OrderId": package})

    # The seven codes.
    never = {"ProductCode": NEVER, "Domain": "f.example.com", "ValidateType": "DNS", **applicant}
    fails(404, "NotFoundPackage", "CreateCertificateForPackageRequest", never)
    fails(404, "NotFoundPackage", "DescribePackageState", {"ProductCode": NEVER})
    scarce = {"ProductCode": SCARCE, "Domain": "*.example.com", "ValidateType": "DNS", **applicant}
    call("CreateCertificateRequest", scarce)
    fails(404, "NotRemainCount", "CreateCertificateRequest", scarce)
    weak = {"ProductCode": PRODUCT, "Csr": "no request", "ValidateType": "DNS", **applicant}
    fails(403, "CreateCertificateRequestFailed", "CreateCertificateWithCsrRequest", weak)
    fails(404, "NotFoundOrder", "CancelOrderRequest", {"OrderId": 999_999_999_999_999})
    fails(404, "NotFoundOrder", "DescribeCertificateState", {"OrderId": package},
          key="otherid", secret="othersecret")
    fails(403, "OrderStateError", "CancelOrderRequest", {"OrderId": with_csr})
    order = create("g.example.com")
    call("CancelOrderRequest", {"OrderId": order})
    control("faults", {"faults": [{"kind": "delete-fail", "times": 1}]})
    fails(403, "DeleteFail", "DeleteCertificateRequest", {"OrderId": order})
    call("DeleteCertificateRequest", {"OrderId": order})
    control("faults", {"faults": [{"kind": "error-before", "times": 1}]})
    fails(500, "Error", "DescribePackageState", {"ProductCode": PRODUCT})
    control("faults", {"faults": [{"kind": "throttle", "times": 1}]})
    fails(429, "Throttling.User", "DescribePackageState", {"ProductCode": PRODUCT})
    control("faults", {"faults": []})

    # Whoever can't sign.
    plan = {"ProductCode": PRODUCT}
    fails(400, "SignatureDoesNotMatch", "DescribePackageState", plan, secret="wrong")
    fails(404, "InvalidAccessKeyId.NotFound", "DescribePackageState", plan, key="unknown")
