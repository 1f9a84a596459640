// A whole life of a certificate as a person sees it: bought, applied for, proved, issued, downloaded,
// about to expire and expired.
'use strict';

const assert = require('node:assert/strict');

const { certified, publicHalf, publicKeyOf, signingRequest } = require('./csr.js');
const { PRODUCT } = require('./site.js');

// How rows are marked up in each layout: a row, its name and its state.
const LAYOUTS = {
  card: { other: 'table', row: 'article.card' },
  list: { other: 'article.card', row: 'tbody tr' },
};

// What the list says, in the layout that it is to be shown in.
async function listed(person, layout, ...texts) {
  await person.open('');
  const { other, row } = LAYOUTS[layout];
  assert.equal((await person.all(`main ${other}`)).length, 0, `not in the layout ${layout}`);
  const rows = await person.texts(`main ${row}`);
  assert.equal(rows.length, 1, rows.join('\n'));
  for (const text of texts) assert.ok(rows[0].includes(text), `no ${text} in ${rows[0]}`);
}

const state = (person) => person.text('.head .badge');

async function buys(person, product = PRODUCT) {
  await person.open('');
  await person.press('Purchase Certificate');
  await person.fill({ product, what: '1', cash: '99.50', voucher: '0.50' });
  await person.press('Buy now and pay');
  assert.equal(await person.text('.note.good'), 'Paid. What you bought is here.');
}

// Applies with the one slot that there is; the order of the application.
async function applies(person, fields) {
  await person.press('Not applied for yet');
  assert.equal(await state(person), 'Pending Application');
  await person.press('Apply');
  await person.fill({ person: 'Tom', phone: '13900000000', email: 'tom@example.com', ...fields });
  await person.press('Apply', '//form[@class="form"]');
  assert.equal(await person.text('.note.good'), 'Done: Apply');
  return (await person.path()).match(/^certificates\/(\d+)/)[1];
}

// Until it is issued, with what the CA and the holder of the domain do.
async function proves(person, site, order) {
  assert.equal(await state(person), 'Pending Verification');
  assert.equal(await person.text('#challenge'), 'Prove the domain');
  const value = await (await person.one('#record-value')).getAttribute('value');
  assert.ok(value.length > 8, value);
  await site.control(`orders/${order}/satisfy-challenge`, {});
  await person.open(`certificates/${order}`);
  assert.equal(await state(person), 'Validating Application');
  await site.control(`orders/${order}/approve`, {});
  await person.open(`certificates/${order}`);
  assert.equal(await state(person), 'Issued');
  assert.equal((await person.all('#challenge')).length, 0);
}

async function downloads(person, name, own) {
  await person.press('Download');
  const shown = await (await person.one('#pem')).getAttribute('value');
  const chain = await person.download('Save the certificate');
  assert.equal(chain.trim(), shown.trim());
  assert.ok(certified(chain).subjectAltName.split(', ').includes(`DNS:${name}`));
  if (own) {
    assert.equal(publicKeyOf(chain), own.publicKey);
    await person.has('The key was made by the holder of this certificate');
    await person.lacks('Save the private key');
  } else {
    assert.equal(publicKeyOf(chain), publicHalf(await person.download('Save the private key')));
  }
}

// The day of something that lies ahead.
async function ahead(person, what) {
  const lines = await person.texts('.halves > div:last-child .events li');
  const line = lines.find((one) => one.includes(what));
  assert.ok(line, `${what} does not lie ahead: ${lines.join(' | ')}`);
  return line.slice(0, 10);
}

const following = (day) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

// From the issued certificate's page to its end.
async function ages(person, order, layout) {
  await person.open(`certificates/${order}`);
  const soon = await ahead(person, 'It counts as about to expire');
  const end = await ahead(person, 'It is expired');
  if (layout === 'card') {
    // From event to event, by the button of the next one.
    for (let steps = 0; await state(person) === 'Issued'; steps += 1) {
      assert.ok(steps < 12, 'it never is about to expire');
      const next = await person.one('.head .end button');
      await person.leads(() => next.click());
    }
    const now = await person.text('.clock strong');
    assert.ok(now.startsWith(`It is ${soon}`), `${now}, not ${soon}`);
  } else {
    await person.press('+1 day');
    assert.equal(await person.text('.clock strong'), 'It is 2026-03-21 09:00');
    assert.equal(await state(person), 'Issued');
    await person.goTo(following(soon));
  }
  assert.equal(await state(person), 'Pending Expiration');
  await listed(person, layout, 'Pending Expiration', end);
  await person.goTo(following(end));
  await person.open(`certificates/${order}`);
  assert.equal(await state(person), 'Expired');
  await listed(person, layout, 'Expired', end);
}

// All of it. With an own signing request, or a key that the service makes.
async function lives(person, site, { layout, withRequest, name }) {
  await person.signIn();
  await person.press(layout === 'card' ? 'Cards' : 'List');
  await buys(person);
  await listed(person, layout, PRODUCT, 'Pending Application');
  const own = withRequest ? signingRequest(name) : undefined;
  const order = await applies(person, own ? { csr: own.csr } : { names: name, kind: 'p-256' });
  await proves(person, site, order);
  await listed(person, layout, name, 'Issued', order);
  await person.press(name);
  await downloads(person, name, own);
  await ages(person, order, layout);
}

module.exports = { lives, listed, state, ahead, following };
