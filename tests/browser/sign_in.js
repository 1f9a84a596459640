// Who comes in, who does not, and what somebody else has.
'use strict';

const assert = require('node:assert/strict');

const { scene } = require('./kit/scene.js');
const { KEY, OTHER } = require('./kit/site.js');

const COOKIE = 'console-session';

module.exports = [
  ['a wrong secret, the right one, and out again', () => scene({}, async (person) => {
    await person.open('');
    assert.equal(await person.path(), 'sign-in');
    await person.signIn({ id: KEY.id, secret: 'another' });
    assert.equal(await person.status(), 401);
    assert.equal(await person.text('[role="alert"]'), 'There is no such key, or its secret is another one.');
    await person.signIn();
    assert.equal(await person.path(), '');
    assert.equal(await person.heading(), 'Certificates');
    assert.equal(await person.text('.who strong'), '1234567890');
    await person.press('Sign out');
    assert.equal(await person.text('[role="status"]'), 'You are signed out.');
    await person.open('orders');
    assert.equal(await person.heading(), 'Sign in');
    // What was shown before is not to be had by going back, either.
    await person.driver.navigate().back();
    await person.driver.navigate().back();
    await person.driver.navigate().refresh();
    assert.equal(await person.heading(), 'Sign in');
  })],

  ['a cookie of a session that is over, and one that never was', () => scene({}, async (person) => {
    await person.signIn();
    const cookie = await person.driver.manage().getCookie(COOKIE);
    assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict' && cookie.path === '/console/');
    await person.press('Sign out');
    for (const value of [cookie.value, '0'.repeat(cookie.value.length)]) {
      await person.driver.manage().addCookie({ ...cookie, value });
      await person.open('plans');
      assert.equal(await person.status(), 401);
      assert.match(await person.text('[role="status"]'), /^Your session has ended\./);
      await person.lacks('Resource plans');
    }
  })],

  ['what belongs to another account is not found', () => scene({}, async (person, site) => {
    const order = await site.issued();
    await person.signIn();
    await person.open(`certificates/${order}`);
    assert.equal(await person.heading(), 'www.example.com');
    await person.press('Sign out');
    await person.signIn(OTHER);
    for (const route of ['', '/download', '/revoke', '/apply']) {
      await person.open(`certificates/${order}${route}`);
      assert.equal(await person.status(), 404, route);
      assert.equal(await person.heading(), 'There is no such page');
      await person.lacks('www.example.com');
    }
    await person.open('');
    await person.has('No certificates yet');
  })],
];
