// The clients of Node, for record.py, which starts this.
'use strict';

// A nonce of pop-core holds the name of the machine, which is nobody's business.
require('os').hostname = () => 'host';

const http = require('http');
const cas = require('@alicloud/cas20200407');
const { RPCClient } = require('@alicloud/pop-core');

const endpoint = process.argv[2];
const CSR = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB+/AB==\n-----END CERTIFICATE REQUEST-----\n';
const CERT = '-----BEGIN CERTIFICATE-----\r\nMIIC+/CD==\r\n-----END CERTIFICATE-----\r\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nTUFERS1VUA==\n-----END PRIVATE KEY-----\n';
const NAME = "Übung ~*'()! a+b/c=d&e%20 证书";
const LASTING = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const TEMPORARY = {
  accessKeyId: 'STS.testid',
  accessKeySecret: 'stssecret',
  securityToken: 'token/+=&',
};

/** Says under which name the next request is to be kept. */
function name(next) {
  return new Promise((done, failed) => {
    const request = http.request(`http://${endpoint}/${next}`, { method: 'PUT' }, (response) => {
      response.resume();
      response.on('end', done);
    });
    request.on('error', failed);
    request.end();
  });
}

async function typed(kind, more) {
  const client = new cas.default({ ...more, endpoint, protocol: 'HTTP', toMap: () => ({}) });
  await name(`node-typed-${kind}-state`);
  await client.describePackageState(
    new cas.DescribePackageStateRequest({ productCode: 'digicert-free-1-free' }),
  );
  await name(`node-typed-${kind}-application`);
  await client.createCertificateWithCsrRequest(
    new cas.CreateCertificateWithCsrRequestRequest({
      csr: CSR,
      email: 'a+b@example.com',
      phone: '13500000000',
      productCode: 'digicert-free-1-free',
      username: NAME,
      validateType: 'DNS',
      tags: [new cas.CreateCertificateWithCsrRequestRequestTags({ key: 'k 1', value: '' })],
    }),
  );
  await name(`node-typed-${kind}-upload`);
  await client.uploadUserCertificate(
    new cas.UploadUserCertificateRequest({ cert: CERT, key: KEY, name: NAME }),
  );
}

async function old(kind, credentials, method) {
  const client = new RPCClient({
    ...credentials,
    endpoint: `http://${endpoint}`,
    apiVersion: '2020-04-07',
  });
  await name(`node-old-${kind}-state`);
  await client.request('describePackageState', { productCode: 'digicert-free-1-free' }, { method });
  await name(`node-old-${kind}-upload`);
  await client.request(
    'UploadUserCertificate',
    { Name: NAME, Cert: CERT, Key: KEY, Empty: '', List: ['a', 'b c'] },
    { method },
  );
}

async function main() {
  await typed('acs3', LASTING);
  await typed('acs3-token', { ...TEMPORARY, type: 'sts' });
  await typed('sha1', { ...LASTING, signatureAlgorithm: 'v2' });
  await old('get', LASTING, 'GET');
  await old('post', LASTING, 'POST');
  await old('token', TEMPORARY, 'POST');
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
