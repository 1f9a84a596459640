// The older client: npm @alicloud/pop-core.
'use strict';

const Core = require('@alicloud/pop-core');
const { BASE, KEY, SECRET, Refused, live } = require('./scenario.js');

async function call(operation, parameters, { key = KEY, secret = SECRET } = {}) {
  const client = new Core({
    accessKeyId: key, accessKeySecret: secret, endpoint: BASE, apiVersion: '2020-04-07',
  });
  try {
    return await client.request(operation, parameters, { method: 'POST', formatParams: false });
  } catch (error) {
    const status = error.entry?.response?.statusCode;
    if (status === undefined) throw error;
    throw new Refused(status, error.code);
  }
}

module.exports = { call };

if (require.main === module) {
  live(call).then(() => {
    console.log('node_pop: done');
    // Connections that are kept open would keep the process, too.
    process.exit(0);
  }, (error) => {
    console.error(error);
    process.exit(1);
  });
}
