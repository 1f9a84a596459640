// Nothing but the keyboard: what the focus reaches in which order, and that it is seen.
'use strict';

const assert = require('node:assert/strict');

const { Key } = require('./kit/person.js');
const { scene } = require('./kit/scene.js');
const { KEY, PRODUCT } = require('./kit/site.js');

// A step on; what then has the focus, by its id, else by what it says.
async function tab(person, ...keys) {
  await person.keys(...keys, Key.TAB);
  const focus = await person.focus();
  const name = focus.id || focus.text;
  assert.ok(focus.outlined, `the focus of ${focus.tag} ${name} is not seen`);
  assert.ok(focus.inSight, `${focus.tag} ${name} is not in sight`);
  return name;
}

async function inOrder(person, count) {
  const names = [];
  for (let steps = 0; steps < count; steps += 1) names.push(await tab(person));
  return names;
}

// Goes on until something is reached, with as few steps as there are things.
async function reach(person, name) {
  const passed = [];
  while (passed[passed.length - 1] !== name) {
    assert.ok(passed.length < 40, `${name} is not reached: ${passed.join(', ')}`);
    passed.push(await tab(person));
  }
  return passed;
}

const enter = (person) => person.leads(() => person.keys(Key.ENTER));

async function signIn(person) {
  await person.open('sign-in');
  assert.deepEqual(await inOrder(person, 4), ['Skip to the content', 'Certificate lifecycle', '中文', 'id']);
  await person.keys(KEY.id);
  assert.equal(await tab(person), 'secret');
  await person.keys(KEY.secret);
  assert.equal(await tab(person), 'Sign in');
  await enter(person);
  assert.equal(await person.heading(), 'Certificates');
}

module.exports = [
  ['from signing in to what was paid for', () => scene({}, async (person) => {
    await signIn(person);
    const passed = await reach(person, 'Purchase Certificate');
    assert.deepEqual(passed, [
      'Skip to the content', 'Certificate lifecycle', 'Certificates', 'Rules', '中文', 'Sign out',
      '+1 day', '+7 days', '+30 days', 'clock-day', 'clock-day', 'clock-day', 'clock-day', 'Go',
      'Purchase Certificate',
    ]);
    await enter(person);
    await reach(person, 'product');
    await person.keys('geotrust-dv-1');
    assert.equal(await (await person.one('#product')).getAttribute('value'), PRODUCT);
    assert.equal(await tab(person), 'what-1');
    // Among choices one goes with arrows.
    await person.keys(Key.ARROW_UP);
    assert.equal((await person.focus()).id, 'what-plan');
    assert.equal(await tab(person), 'count');
    await person.keys('3');
    assert.equal(await tab(person), 'cash');
    await person.keys('300');
    assert.deepEqual(await inOrder(person, 2), ['voucher', 'Buy now and pay']);
    await enter(person);
    assert.equal(await person.text('.note.good'), 'Paid. What you bought is here.');
    const plan = (await person.texts('tbody tr')).find((row) => row.includes('300.00 CNY'));
    assert.ok(plan?.startsWith(PRODUCT) && /\s3 3 0 0 0 /.test(plan), plan);
  })],

  ['the content is one step away', () => scene({}, async (person) => {
    await signIn(person);
    assert.equal(await tab(person), 'Skip to the content');
    await person.keys(Key.ENTER);
    await person.wait(async () => (await person.focus()).id === 'main', 'the content has no focus');
    assert.equal(await tab(person), 'Purchase Certificate');
  })],

  ['all that is on a certificate\'s page is seen when it is reached', () => scene({}, async (person, site) => {
    const order = await site.issued();
    await signIn(person);
    await person.open(`certificates/${order}`);
    const count = (await person.all(
      'a[href], button:enabled, summary, input:not([type="hidden"]), [tabindex="0"]',
    )).length;
    // A date has four places.
    const passed = await inOrder(person, count + 3);
    for (const name of ['Download', 'Revoke', 'why-withdraw']) assert.ok(passed.includes(name), `${name} in ${passed}`);
    assert.equal(new Set(passed).size, count, `${passed}`);
  })],
];
