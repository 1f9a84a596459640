"""The older client: PyPI aliyun-python-sdk-core, with CommonRequest."""

import json

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from scenario import BASE, KEY, SECRET, Refused, live


def call(operation, parameters, key=KEY, secret=SECRET):
    client = AcsClient(key, secret, "cn-hangzhou", auto_retry=False)
    request = CommonRequest(domain=BASE.removeprefix("http://"), version="2020-04-07",
                            action_name=operation)
    request.set_protocol_type("http")
    request.set_method("POST")
    request.set_accept_format("json")
    for name, value in parameters.items():
        request.add_body_params(name, value)
    try:
        return json.loads(client.do_action_with_exception(request))
    except ServerException as error:
        raise Refused(error.get_http_status(), error.get_error_code()) from None


if __name__ == "__main__":
    live(call)
    print("python_legacy: done")
