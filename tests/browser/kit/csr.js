// A signing request of one's own, made with openssl, and the public keys that certificates have.
'use strict';

const crypto = require('node:crypto');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const pem = (key) => key.export({ type: 'spki', format: 'pem' });

function signingRequest(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'csr-'));
  try {
    const key = path.join(folder, 'key.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key]);
    const csr = execFileSync('openssl', ['req', '-new', '-key', key, '-subj', `/CN=${name}`]).toString();
    return { csr, publicKey: pem(crypto.createPublicKey(fs.readFileSync(key))) };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

// Of a chain, the first certificate.
const certified = (chain) => new crypto.X509Certificate(chain);
const publicKeyOf = (chain) => pem(certified(chain).publicKey);
const publicHalf = (privateKey) => pem(crypto.createPublicKey(privateKey));

module.exports = { signingRequest, certified, publicKeyOf, publicHalf };
