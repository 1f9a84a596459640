// Whole lives, in both layouts, and one that ends early.
'use strict';

const assert = require('node:assert/strict');

const { lives, listed, state } = require('./kit/life.js');
const { scene } = require('./kit/scene.js');

module.exports = [
  ['a whole life in cards, with an own signing request', () => scene({}, (person, site) => (
    lives(person, site, { layout: 'card', withRequest: true, name: 'www.example.com' })))],

  ['a whole life in the list, with a key of the service', () => scene({}, (person, site) => (
    lives(person, site, { layout: 'list', withRequest: false, name: 'shop.example.com' })))],

  ['one is revoked for a reason', () => scene({}, async (person, site) => {
    const order = await site.issued();
    await person.signIn();
    await person.press('www.example.com');
    await person.press('Revoke');
    await person.has('A revoked certificate can\'t be made valid again.');
    assert.equal(await person.text('#outcome'), 'What follows');
    await person.fill({ reason: 'keyCompromise' });
    await person.press('Confirm: Revoke');
    assert.equal(await person.text('.note.good'), 'Done: Revoke');
    assert.equal(await state(person), 'Revoked');
    const past = await person.texts('.halves > div:first-child .events li');
    assert.ok(past.some((line) => line.endsWith('Revoked: keyCompromise')), past.join('\n'));
    await listed(person, 'card', 'Revoked');
    await person.open(`certificates/${order}`);
    await person.lacks('Confirm');
    assert.equal((await person.all('button[aria-describedby="why-revoke"]:disabled')).length, 1);
  })],
];
