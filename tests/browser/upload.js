// A certificate from elsewhere: put in, on a cloud product and off it, with further years behind it; and
// what is no certificate.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { state } = require('./kit/life.js');
const { scene } = require('./kit/scene.js');
const { PRODUCT } = require('./kit/site.js');

const pki = (name) => fs.readFileSync(path.join(__dirname, '../data/pki', name), 'utf8');
const chain = pki('leaf-p256.pem');
const key = pki('public-test-key-p256-pkcs8.pem');
// The certificate is valid from May on.
const options = { edition: '2022-hosting', clock: '2026-06-01T09:00:00+08:00' };

async function uploads(person, name) {
  await person.open('uploaded');
  await person.press('Upload a certificate');
  await person.fill({ name, chain, 'private-key': key });
  await person.press('Upload', '//form[@class="form"]');
}

module.exports = [
  ['a certificate is deployed, taken off and hosted', () => scene(options, async (person) => {
    await person.signIn();
    await uploads(person, 'web-1');
    assert.equal(await person.text('.note.good'), 'Done: Upload');
    assert.equal(await state(person), 'Issued');
    await person.has('web-1');
    await person.press('Deploy');
    await person.fill({ target: 'CDN', domain: 'www.example.com' });
    await person.press('Deploy', '//form[@class="form"]');
    assert.equal(await person.text('.note.good'), 'Done: Deploy');
    const job = (await person.text('#deployments ~ .scroll tbody')).replace(/\s+/g, ' ');
    assert.ok(job.startsWith('CDN www.example.com 2026-06-01 09:00 serving 2026-06-01 09:00 Take off'), job);
    const off = await person.one('#deployments ~ .scroll button');
    await person.leads(() => off.click());
    await person.lacks('serving');
    await person.press('Enable hosting');
    await person.fill({
      years: '2', product: PRODUCT, names: 'www.example.com', person: 'Tom', phone: '13900000000',
      email: 'tom@example.com',
    });
    await person.press('Enable hosting', '//form[@class="form"]');
    assert.equal(await person.text('.note.good'), 'Done: Enable hosting');
    await person.has('Certificate 3');
    await person.open('uploaded');
    await person.has('www.example.com');
  })],

  ['what is no certificate, and a name that is taken', () => scene(options, async (person) => {
    await person.signIn();
    await person.open('upload');
    await person.fill({ name: 'web-1', chain: 'Nothing of the kind', 'private-key': key });
    await person.press('Upload', '//form[@class="form"]');
    assert.equal(await person.status(), 422);
    // The way to the field, by its mistake.
    const way = await person.one('.note.bad a');
    assert.equal(await way.getAttribute('href'), `${await person.driver.getCurrentUrl()}#chain`);
    assert.equal(await (await person.one('#chain')).getAttribute('aria-invalid'), 'true');
    assert.equal(await (await person.one('#chain')).getAttribute('value'), 'Nothing of the kind');
    assert.equal(await (await person.one('#private-key')).getAttribute('value'), '');
    await uploads(person, 'web-1');
    await uploads(person, 'web-1');
    assert.equal(await person.status(), 422);
    await person.has('R-51');
    await person.open('uploaded');
    assert.equal((await person.all('main article')).length, 1);
  })],
];

Object.assign(module.exports, { chain, key, options });
