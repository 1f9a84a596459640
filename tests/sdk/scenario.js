// What every Node client lives through: the documented flow, its exits and its errors.
//
// A client is an async function `call(operation, parameters, {key, secret})` that answers with the
// fields of the answer, or throws `Refused`. Fields that its models do not know are `unknown`.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const BASE = process.env.CERT_LIFECYCLE_URL;
const KEY = 'testid';
const SECRET = 'testsecret';
const PRODUCT = 'geotrust-dv-1-starter';
const SCARCE = 'geotrust-dv-w-starter';
const NEVER = 'symantec-ov-1-personal';
const DAY = 86_400;

class Refused extends Error {
  constructor(status, code) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

// Asks the control plane; POST if there is a body.
async function control(route, body, expected = 200) {
  const answer = await fetch(`${BASE}/_control/${route}`, body === undefined ? {} : {
    method: 'POST', body: JSON.stringify(body),
  });
  const said = await answer.json();
  assert.equal(answer.status, expected, `${route}: ${JSON.stringify(said)}`);
  return said;
}

// A signing request of the client's own, and the public key in it.
function signingRequest(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'csr-'));
  const key = path.join(folder, 'key.pem');
  const pair = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  fs.writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const csr = execFileSync('openssl', ['req', '-new', '-key', key, '-subj', `/CN=${name}`]);
  fs.rmSync(folder, { recursive: true });
  return [csr.toString(), pem(pair.publicKey)];
}

const pem = (key) => key.export({ type: 'spki', format: 'pem' });
const publicKey = (certificate) => pem(new crypto.X509Certificate(certificate).publicKey);

async function live(call, unknown = []) {
  const applicant = { Username: 'Tom', Phone: '13900000000', Email: 'username@example.com' };

  async function fails(status, code, operation, parameters, signed = {}) {
    let done;
    try {
      done = await call(operation, parameters, signed);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      assert.deepEqual([refused.status, refused.code], [status, code], operation);
      return;
    }
    assert.fail(`${operation} was not refused: ${Object.keys(done)}`);
  }

  async function has(order, word, ...fields) {
    const found = await call('DescribeCertificateState', { OrderId: order });
    assert.equal(found.Type, word);
    const expected = ['RequestId', 'Type', ...fields].filter((name) => !unknown.includes(name));
    assert.deepEqual(Object.keys(found).sort(), expected.sort());
    return found;
  }

  async function counts(product = PRODUCT) {
    const found = await call('DescribePackageState', { ProductCode: product });
    return [found.TotalCount, found.UsedCount, found.IssuedCount];
  }

  async function create(name, method = 'DNS') {
    const parameters = { ProductCode: PRODUCT, Domain: name, ValidateType: method, ...applicant };
    return (await call('CreateCertificateRequest', parameters)).OrderId;
  }

  const act = (order, what, body = {}, expected = 200) =>
    control(`orders/${order}/${what}`, body, expected);

  async function issue(order) {
    assert.equal((await act(order, 'satisfy-challenge')).Type, 'process');
    assert.equal((await act(order, 'approve')).Type, 'certificate');
  }

  const dns = ['ValidateType', 'RecordDomain', 'RecordType', 'RecordValue'];

  // The plan, then an application by each of the three operations.
  assert.deepEqual(await counts(), [10, 0, 0]);
  const ofPackage = (await call('CreateCertificateForPackageRequest', {
    ProductCode: PRODUCT, Domain: 'a.example.com', ValidateType: 'DNS', ...applicant,
  })).OrderId;
  assert.ok(Number.isSafeInteger(Number(ofPackage)));
  let found = await has(ofPackage, 'domain_verify', ...dns);
  assert.ok(['TXT', 'CNAME'].includes(found.RecordType));
  const byFile = await create('b.example.com', 'FILE');
  found = await has(byFile, 'domain_verify', 'ValidateType', 'Domain', 'Uri', 'Content');
  assert.equal(found.ValidateType, 'FILE');
  const [csr, ownKey] = signingRequest('c.example.com');
  const withCsr = (await call('CreateCertificateWithCsrRequest', {
    ProductCode: PRODUCT, Csr: csr, ValidateType: 'DNS', ...applicant,
  })).OrderId;
  await has(withCsr, 'domain_verify', ...dns);
  assert.deepEqual(await counts(), [10, 3, 0]);

  // Proved, reviewed, issued; each step once.
  await act(ofPackage, 'approve', {}, 409);
  assert.equal((await act(ofPackage, 'satisfy-challenge')).Type, 'process');
  await act(ofPackage, 'satisfy-challenge', {}, 409);
  await has(ofPackage, 'process');
  assert.equal((await act(ofPackage, 'approve')).Type, 'certificate');
  await act(ofPackage, 'approve', {}, 409);
  const issued = await has(ofPackage, 'certificate', 'Certificate', 'PrivateKey', 'CertId');
  assert.equal(publicKey(issued.Certificate), pem(crypto.createPublicKey(issued.PrivateKey)));
  await issue(byFile);
  await issue(withCsr);
  found = await has(withCsr, 'certificate', 'Certificate', 'CertId');
  assert.equal(publicKey(found.Certificate), ownKey);
  assert.deepEqual(await counts(), [10, 3, 3]);

  // The first exit: withdrawn and deleted, and the unit is back.
  let order = await create('d.example.com');
  await fails(403, 'OrderStateError', 'DeleteCertificateRequest', { OrderId: order });
  await call('CancelOrderRequest', { OrderId: order });
  await has(order, 'payed');
  assert.deepEqual(await counts(), [10, 4, 3]);
  await call('DeleteCertificateRequest', { OrderId: order });
  await fails(404, 'NotFoundOrder', 'DescribeCertificateState', { OrderId: order });
  assert.deepEqual(await counts(), [10, 3, 3]);

  // The second: rejected, deleted, and applied for anew.
  order = await create('e.example.com');
  await act(order, 'satisfy-challenge');
  const rejected = await act(order, 'reject', { reason: 'the phone is not answered' });
  assert.equal(rejected.Type, 'verify_fail');
  await has(order, 'verify_fail');
  await call('DeleteCertificateRequest', { OrderId: order });
  const again = await create('e.example.com');
  assert.notEqual(again, order);
  await issue(again);
  assert.deepEqual(await counts(), [10, 4, 4]);

  // The third: revoked, inside the window and outside.
  await control('clock', { advance_seconds: DAY });
  await call('CancelCertificateForPackageRequest', { OrderId: again });
  assert.equal((await control(`orders/${again}`)).status, 'Revoked');
  assert.equal((await counts())[1], 3);
  await control('clock', { advance_seconds: 60 * DAY });
  await call('CancelCertificateForPackageRequest', { OrderId: byFile });
  assert.equal((await control(`orders/${byFile}`)).status, 'Revoked');
  assert.equal((await counts())[1], 3);
  const { now } = await control('clock');
  assert.equal((await control('clock', { advance_seconds: -1 }, 409)).now, now);

  // What is uploaded, and what is not.
  const upload = { Name: 'from elsewhere', Cert: issued.Certificate, Key: issued.PrivateKey };
  const uploaded = (await call('UploadUserCertificate', upload)).CertId;
  const detail = await call('GetUserCertificateDetail', { CertId: uploaded });
  assert.equal(publicKey(detail.Cert), publicKey(issued.Certificate));
  await fails(400, 'InvalidParameter', 'UploadUserCertificate', upload);
  const stranger = { ...upload, Name: 'another', Cert: found.Certificate };
  await fails(400, 'InvalidParameter', 'UploadUserCertificate', stranger);
  const unread = { ...upload, Name: 'another', Cert: 'no certificate' };
  await fails(400, 'InvalidParameter', 'UploadUserCertificate', unread);

  // It expires.
  const listed = { OrderType: 'CPACK', Status: 'EXPIRED' };
  assert.equal((await call('ListUserCertificateOrder', listed)).TotalCount, 0);
  await control('clock', { advance_seconds: 400 * DAY });
  const rows = (await call('ListUserCertificateOrder', listed)).CertificateOrderList;
  const ids = rows.map((row) => String(row.OrderId)).sort();
  assert.deepEqual(ids, [String(ofPackage), String(withCsr)].sort());
  const over = { OrderId: ofPackage };
  await fails(403, 'OrderStateError', 'CancelCertificateForPackageRequest', over);

  // The seven codes.
  const never = { ProductCode: NEVER, Domain: 'f.example.com', ValidateType: 'DNS', ...applicant };
  await fails(404, 'NotFoundPackage', 'CreateCertificateForPackageRequest', never);
  await fails(404, 'NotFoundPackage', 'DescribePackageState', { ProductCode: NEVER });
  const scarce = { ProductCode: SCARCE, Domain: '*.example.com', ValidateType: 'DNS', ...applicant };
  await call('CreateCertificateRequest', scarce);
  await fails(404, 'NotRemainCount', 'CreateCertificateRequest', scarce);
  const weak = { ProductCode: PRODUCT, Csr: 'no request', ValidateType: 'DNS', ...applicant };
  await fails(403, 'CreateCertificateRequestFailed', 'CreateCertificateWithCsrRequest', weak);
  await fails(404, 'NotFoundOrder', 'CancelOrderRequest', { OrderId: 999_999_999_999_999 });
  const other = { key: 'otherid', secret: 'othersecret' };
  await fails(404, 'NotFoundOrder', 'DescribeCertificateState', { OrderId: ofPackage }, other);
  await fails(403, 'OrderStateError', 'CancelOrderRequest', { OrderId: withCsr });
  order = await create('g.example.com');
  await call('CancelOrderRequest', { OrderId: order });
  await control('faults', { faults: [{ kind: 'delete-fail', times: 1 }] });
  await fails(403, 'DeleteFail', 'DeleteCertificateRequest', { OrderId: order });
  await call('DeleteCertificateRequest', { OrderId: order });
  await control('faults', { faults: [{ kind: 'error-before', times: 1 }] });
  await fails(500, 'Error', 'DescribePackageState', { ProductCode: PRODUCT });
  await control('faults', { faults: [{ kind: 'throttle', times: 1 }] });
  await fails(429, 'Throttling.User', 'DescribePackageState', { ProductCode: PRODUCT });
  await control('faults', { faults: [] });

  // Whoever can't sign.
  const plan = { ProductCode: PRODUCT };
  await fails(400, 'SignatureDoesNotMatch', 'DescribePackageState', plan, { secret: 'wrong' });
  await fails(404, 'InvalidAccessKeyId.NotFound', 'DescribePackageState', plan, { key: 'unknown' });
}

module.exports = { BASE, KEY, SECRET, Refused, live };
