// Money back: what a claim would bring, while there is time for one; and why there is none afterwards.
'use strict';

const assert = require('node:assert/strict');

const { Key } = require('./kit/person.js');
const { state } = require('./kit/life.js');
const { scene } = require('./kit/scene.js');

// The pairs of a list of facts.
async function facts(person, css) {
  const [names, values] = [await person.texts(`${css} dt`), await person.texts(`${css} dd`)];
  assert.equal(names.length, values.length);
  return Object.fromEntries(names.map((name, place) => [name, values[place]]));
}

// Why an operation stands disabled: told behind a line that opens by a key.
async function reason(person, act) {
  assert.equal((await person.all(`a[href$="/${act}"]`)).length, 0);
  assert.equal(await (await person.one(`button[aria-describedby="why-${act}"]`)).isEnabled(), false);
  const told = `li:has(> details > #why-${act}) dl`;
  assert.equal(await (await person.one(told)).isDisplayed(), false);
  for (let steps = 0; (await person.focus()).id !== `why-${act}`; steps += 1) {
    assert.ok(steps < 60, 'the reason is not reached');
    await person.keys(Key.TAB);
  }
  await person.keys(Key.ENTER);
  assert.equal(await (await person.one(told)).isDisplayed(), true);
  const why = await facts(person, told);
  assert.equal(await person.text(`#why-${act}`), `Why not: rule ${why.Rule}`);
  return why;
}

async function plan(person) {
  await person.signIn();
  await person.open('buy');
  await person.fill({ product: 'geotrust-dv-w-starter', what: 'plan', count: '7', cash: '700', voucher: '5' });
  await person.press('Buy now and pay');
  const link = await person.one('tbody tr:first-child a');
  await person.leads(() => link.click());
}

module.exports = [
  ['a plan that is untouched is priced and paid back, once', () => scene({}, async (person) => {
    await plan(person);
    const form = 'section[aria-labelledby="refund"]';
    const shown = await facts(person, form);
    assert.equal(shown['Cash that goes back'], '700.00 CNY');
    assert.equal(shown['Units left'], '7 → 0');
    await person.press('Confirm: Claim the refund');
    assert.equal(await person.text('.note.good'), 'Done: Claim the refund');
    assert.equal(await (await person.one(`${form} button`)).isEnabled(), false);
    await person.press('Resource plans', '//main/p');
    const row = (await person.texts('tbody tr')).find((one) => one.includes('geotrust-dv-w-starter'));
    assert.ok(row.includes('Paid back: 700.00 CNY'), row);
  })],

  ['a certificate in the days of its claim, and behind them', () => scene({ edition: '2024-10-intl' }, async (person, site) => {
    const [claimed] = await site.bought(1, { cash: 12_345 });
    const [late] = await site.bought();
    await person.signIn();
    await person.open(`certificates/${claimed}`);
    assert.equal(await state(person), 'Pending Application');
    await person.press('Claim the refund');
    const shown = await facts(person, '[aria-labelledby="outcome"]');
    assert.equal(shown['Cash that goes back'], 'Nothing yet: the claim goes to review');
    assert.equal(shown['Possible until'], '2026-03-28 00:00 R-29');
    await person.press('Confirm: Claim the refund');
    assert.equal(await person.text('.note.good'), 'Done: Claim the refund');
    assert.equal(await state(person), shown['Status afterwards']);
    assert.equal(await (await person.control('Take the refund claim back')).isEnabled(), true);
    await person.goTo('2026-03-28');
    await person.open(`certificates/${late}`);
    const why = await reason(person, 'claim-refund');
    assert.deepEqual([why.Rule, why.Edition], ['R-29', '2024-10-intl']);
    assert.equal(why['Not possible since'], '2026-03-28 00:00');
    assert.match(why.Source, /RF24/);
  })],

  ['a withdrawal that comes too late tells the way out', () => scene({}, async (person, site) => {
    const order = await site.issued();
    await person.signIn();
    await person.open(`certificates/${order}`);
    const why = await reason(person, 'withdraw');
    assert.equal(why.Rule, 'R-11');
    assert.equal(why['Way out'], 'revoke the certificate');
  })],
];
