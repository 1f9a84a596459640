// The typed client: npm @alicloud/cas20200407.
'use strict';

const assert = require('node:assert/strict');
const cas = require('@alicloud/cas20200407');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { BASE, KEY, SECRET, Refused, live } = require('./scenario.js');

const lower = (name) => name[0].toLowerCase() + name.slice(1);

async function call(operation, parameters, { key = KEY, secret = SECRET } = {}) {
  const client = new cas.default(new $OpenApiUtil.Config({
    accessKeyId: key,
    accessKeySecret: secret,
    endpoint: BASE.replace('http://', ''),
    protocol: 'HTTP',
  }));
  const fields = Object.entries(parameters).map(([name, value]) => [lower(name), value]);
  const Request = cas[`${operation}Request`];
  const request = Request ? [new Request(Object.fromEntries(fields))] : [];
  let answer;
  try {
    answer = await client[lower(operation)](...request);
  } catch (error) {
    if (error.statusCode === undefined) throw error;
    throw new Refused(error.statusCode, error.code);
  }
  assert.equal(answer.statusCode, 200);
  const body = answer.body.toMap();
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

module.exports = { call };

if (require.main === module) {
  // This release's models do not know it yet.
  live(call, ['CertId']).then(() => {
    console.log('node_typed: done');
    // Connections that are kept open would keep the process, too.
    process.exit(0);
  }, (error) => {
    console.error(error);
    process.exit(1);
  });
}
