"""The typed client: PyPI alibabacloud-cas20200407."""

import re

from alibabacloud_cas20200407 import models
from alibabacloud_cas20200407.client import Client
from alibabacloud_tea_openapi.models import Config
from darabonba.exceptions import DaraException
from scenario import BASE, KEY, SECRET, Refused, live


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def call(operation, parameters, key=KEY, secret=SECRET):
    client = Client(Config(access_key_id=key, access_key_secret=secret,
                           endpoint=BASE.removeprefix("http://"), protocol="HTTP"))
    method = getattr(client, snake(operation))
    try:
        if hasattr(models, operation + "Request"):
            request = getattr(models, operation + "Request")().from_map(parameters)
            answer = method(request)
        else:
            answer = method()
    except DaraException as error:
        data = getattr(error, "data", None) or {}
        status = getattr(error, "status_code", None) or data.get("statusCode")
        if status is None:
            raise
        raise Refused(int(status), error.code) from None
    assert answer.status_code == 200
    return answer.body.to_map()


if __name__ == "__main__":
    live(call)
    print("python_typed: done")
