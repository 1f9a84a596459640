"""What a person might have: a program that gets certificates and replaces them in time.

It knows the API alone. Whether it talks to the vendor or to `cert-lifecycle serve` is for its caller
to say, who hands the client over.
"""

from alibabacloud_cas20200407 import models


class Renewer:
    def __init__(self, client, product):
        self.client, self.product = client, product

    def apply(self, domain):
        return self.client.create_certificate_request(models.CreateCertificateRequestRequest(
            product_code=self.product, domain=domain, validate_type="DNS",
            username="Tom", phone="13900000000", email="username@example.com",
        )).body.order_id

    def certificate(self, order, attempts=10):
        """The certificate and its key, once it is issued."""
        for _ in range(attempts):
            state = self.client.describe_certificate_state(
                models.DescribeCertificateStateRequest(order_id=order)).body
            if state.type == "certificate":
                return state.certificate, state.private_key
        raise TimeoutError(f"order {order} is still {state.type}")

    def due(self):
        """The domains whose certificates are about to expire, or have expired."""
        rows = []
        for status in ("WILLEXPIRED", "EXPIRED"):
            rows += self.client.list_user_certificate_order(
                models.ListUserCertificateOrderRequest(order_type="CPACK", status=status)
            ).body.certificate_order_list or []
        return sorted({row.domain for row in rows})
