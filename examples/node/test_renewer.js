// A test of `renewer.js`: the service is started, lived with for half a year, and stopped.
//
//     cargo build --release --features cli
//     npm install @alicloud/pop-core@1.8.0
//     node examples/node/test_renewer.js target/release/cert-lifecycle
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { spawn } = require('node:child_process');
const readline = require('node:readline');
const Core = require('@alicloud/pop-core');
const { Renewer } = require('./renewer.js');

async function main() {
  const service = spawn(process.argv[2], [
    'serve', '--database', 'memory', '--control',
    '--access-key', 'id:secret', '--plan', 'geotrust-dv-1-starter=2',
    '--clock', 'manual:2026-03-20T00:00:00Z', '--verification', 'auto', '--review', 'auto',
  ], { stdio: ['ignore', 'pipe', process.env.VERBOSE ? 'inherit' : 'ignore'] });
  const ended = once(service, 'exit').then(([code]) => code);
  const early = ended.then((code) => { throw new Error(`the service ended with ${code}`); });
  early.catch(() => {});
  try {
    const line = once(readline.createInterface(service.stdout), 'line');
    const [first] = await Promise.race([line, early]);
    const endpoint = JSON.parse(first).listening;
    const client = new Core({
      endpoint, apiVersion: '2020-04-07', accessKeyId: 'id', accessKeySecret: 'secret',
    });
    const renewer = new Renewer(client, 'geotrust-dv-1-starter');

    const certificate = await renewer.certificate(await renewer.apply('www.example.com'));
    assert.match(certificate, /BEGIN CERTIFICATE/);
    assert.deepEqual(await renewer.due(), []);
    console.log('issued, and nothing is due');

    const moved = await fetch(`${endpoint}/_control/clock`, {
      method: 'POST', body: JSON.stringify({ advance_seconds: 185 * 86_400 }),
    });
    console.log('now it is', (await moved.json()).now);
    assert.deepEqual(await renewer.due(), ['www.example.com']);

    const renewed = await renewer.certificate(await renewer.apply('www.example.com'));
    assert.notEqual(renewed, certificate);
    console.log('applied for anew');
  } finally {
    service.kill('SIGTERM');
    assert.equal(await ended, 0, 'the service failed: see VERBOSE=1');
  }
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
