// Every page, held against the rules of axe-core and of HTML, weighed and pictured: in English in both
// schemes and at both sizes, in Chinese on a phone.
'use strict';

const assert = require('node:assert/strict');

const { signingRequest } = require('./kit/csr.js');
const { look } = require('./kit/look.js');
const { scene } = require('./kit/scene.js');
const { OTHER, PRODUCT } = require('./kit/site.js');
const elsewhere = require('./upload.js');

const WAYS = {
  en: undefined,
  zh: [['phone', 'light']],
};

// A walk through some pages. What is wrong with them is gathered, so that one walk tells all of it.
class Walk {
  constructor(person, site, language) {
    Object.assign(this, { person, site, language, found: [], acts: new Set(), seen: new Set() });
  }

  async see(name) {
    assert.ok(!this.seen.has(name), `${name} was seen`);
    this.seen.add(name);
    const tag = await (await this.person.one('html')).getAttribute('lang');
    assert.equal(tag, this.language === 'zh' ? 'zh-CN' : 'en');
    this.found.push(...await look(this.person, `${name}-${this.language}`, WAYS[this.language]));
  }

  async open(route, name, status = 200) {
    await this.person.open(route);
    assert.equal(await this.person.status(), status, route);
    await this.see(name);
  }

  // Sends a form as it stands, whatever its fields would say to that.
  async send(css, change = '') {
    await this.person.leads(() => this.person.run(
      'const form = document.querySelector(arguments[0]); eval(arguments[1]); form.submit();', css, change,
    ));
  }

  // Confirms an act.
  async act(order, act, change) {
    await this.person.open(`certificates/${order}/${act}`);
    await this.send('form.form', change);
  }

  // The page of a certificate, and those of the acts that it offers and no other one did.
  async certificate(order, name) {
    await this.open(`certificates/${order}`, `certificate-${name}`);
    const ways = await Promise.all((await this.person.all('.offers > li > a'))
      .map((link) => link.getAttribute('href')));
    for (const way of ways) {
      const act = way.split('/').pop();
      if (this.acts.has(act)) continue;
      this.acts.add(act);
      await this.open(way.slice(this.site.console.length), `act-${act}`);
    }
  }
}

function walk(name, options, scenario) {
  return ['en', 'zh'].map((language) => [`${name}, ${language}`, () => scene(options, async (person, site) => {
    const own = new Walk(person, site, language);
    await person.open(`sign-in?lang=${language}`);
    await scenario(own, person, site);
    assert.equal(own.found.length, 0, `\n${own.found.join('\n')}`);
  })]);
}

async function signIn(person, key) {
  await person.fill({ id: key?.id ?? 'testid', secret: key?.secret ?? 'testsecret' });
  await person.leads(async () => (await person.one('main form button')).click());
}

module.exports = [
  ...walk('signing in', {}, async (own, person) => {
    await own.see('sign-in');
    for (let failures = 0; failures < 5; failures += 1) {
      await signIn(person, { id: 'nobody', secret: 'another' });
      assert.equal(await person.status(), 401);
      if (failures === 0) await own.see('sign-in-wrong');
    }
    await signIn(person, { id: 'nobody', secret: 'another' });
    assert.equal(await person.status(), 429);
    await own.see('sign-in-too-often');
    await own.send('main form', 'form.csrf.value = "0"');
    assert.equal(await person.status(), 403);
    await own.see('sign-in-form-over');
    await person.open('sign-in');
    await signIn(person);
    await person.leads(async () => (await person.one('.who button')).click());
    await own.see('sign-in-signed-out');
    await person.driver.manage().addCookie({ name: 'console-session', value: '0', path: '/console/' });
    await own.open('orders', 'sign-in-session-over', 401);
  }),

  ...walk('nothing there yet', {}, async (own, person) => {
    await signIn(person, OTHER);
    for (const tab of ['', 'free', 'uploaded', 'orders', 'plans']) await own.open(tab, `empty-${tab || 'paid'}`);
    await own.open('?layout=list', 'empty-paid-list');
    await own.open('?name=www.example.com', 'empty-filtered');
    await own.open('?name=-', 'empty-wrong-name', 400);
  }),

  ...walk('what was bought', {}, async (own, person, site) => {
    await signIn(person);
    for (let count = 1; count <= 5; count += 1) await site.issued(`shop-${count}.example.com`);
    const long = `${'long-'.repeat(11)}name.${'deep-'.repeat(11)}down.example.com`;
    await site.applied((await site.bought())[0], `${long},www.example.com,example.com`);
    await site.bought();
    await own.open('', 'list-card');
    await own.open('?layout=list', 'list-list');
    await own.open('?status=issued', 'list-filtered');
    await own.open('free', 'list-other-tab');
    await own.open('orders', 'orders');
    const purchase = await (await person.one('tbody th a')).getAttribute('href');
    await own.open(purchase.slice(site.console.length), 'purchase');
    await own.open('plans', 'plans');
    const plan = await (await person.one('tbody th a')).getAttribute('href');
    await own.open(plan.slice(site.console.length), 'plan');
    await own.open('buy', 'buy');
    await own.send('main form', 'form.what[3].checked = true; form.count.value = "0"; form.cash.value = "1,5"');
    assert.equal(await person.status(), 422);
    await own.see('buy-mistakes');
    // Three years are not sold, and can't be chosen; an older page may still send them.
    await person.open('buy');
    await person.fill({ product: PRODUCT, cash: '1' });
    await own.send('main form', 'form.what[2].disabled = false; form.what[2].checked = true');
    assert.equal(await person.status(), 409);
    await own.see('buy-refused');
    await person.open('buy');
    await person.fill({ product: PRODUCT, what: 'plan', count: '7', cash: '700' });
    await own.send('main form');
    await own.see('plans-bought');
  }),

  ...walk('by the rules of the API', { revocation: 'manual' }, async (own, person, site) => {
    await signIn(person);
    await own.certificate((await site.bought())[0], 'bought');
    const [slot] = await site.bought();
    await person.open(`certificates/${slot}/apply`);
    await person.fill({ names: 'www.example.com, -', csr: 'none' });
    await own.send('main form');
    assert.equal(await person.status(), 422);
    await own.see('apply-mistakes');

    // With a unit of the plan.
    const { OrderId: drawn } = await site.call('CreateCertificateForPackageRequest', {
      ProductCode: PRODUCT, Username: 'Tom', Phone: '13900000000', Email: 'tom@example.com',
      Domain: 'unit.example.com', ValidateType: 'DNS',
    });
    await own.certificate(drawn, 'verifying');
    await site.control(`orders/${drawn}/satisfy-challenge`, {});
    await own.certificate(drawn, 'validating');
    await own.act(drawn, 'withdraw');
    await own.see('act-done');
    await own.certificate(drawn, 'withdrawn');

    const refused = await site.applied(slot);
    await site.control(`orders/${refused}/satisfy-challenge`, {});
    await site.control(`orders/${refused}/reject`, { reason: 'the company was not reached by telephone' });
    await own.certificate(refused, 'failed');
    await own.act(refused, 'claim-refund');
    await own.certificate(refused, 'refund-asked');

    const live = await site.issued();
    await own.certificate(live, 'issued');
    const revoked = await site.issued();
    await own.act(revoked, 'revoke', 'form.seen.value = "0"');
    assert.equal(await person.status(), 409);
    await own.see('act-moved-on');
    await own.send('form.form');
    await own.certificate(revoked, 'revocation');
    await site.control(`orders/${revoked}/revocation/complete`, {});
    await own.certificate(revoked, 'revoked');

    await site.control('clock', { set: '2026-09-10T09:00:00+08:00' });
    await own.certificate(live, 'pending-expiration');
    await site.control('clock', { set: '2026-10-10T09:00:00+08:00' });
    await own.certificate(live, 'expired');
    assert.deepEqual([...own.acts].sort(), [
      'apply', 'cancel', 'cancel-refund', 'claim-refund', 'delete', 'delete-order', 'deploy', 'download',
      'renew', 'revoke', 'withdraw',
    ]);
    await own.act(live, 'delete');
    await own.see('act-deleted');
  }),

  ...walk('by the rules of the consoles', { edition: '2024-10-intl' }, async (own, person, site) => {
    await signIn(person);
    const [claimed, closed] = [await site.bought(), await site.bought()].flat();
    await own.certificate(claimed, 'bought-console');
    await own.act(claimed, 'claim-refund');
    await own.certificate(claimed, 'refund-review');
    await own.act(closed, 'close');
    await own.certificate(closed, 'closed');
    assert.ok(own.acts.has('close'));
    await own.open('orders', 'orders-review');
  }),

  ...walk('from elsewhere', elsewhere.options, async (own, person, site) => {
    await signIn(person);
    await own.open('upload', 'upload');
    await own.send('main form');
    assert.equal(await person.status(), 422);
    await own.see('upload-mistakes');
    await person.open('upload');
    await person.fill({ name: 'web-1', chain: elsewhere.chain, 'private-key': elsewhere.key });
    await own.send('main form');
    const [, order] = (await person.path()).match(/^certificates\/(\d+)/);
    await own.certificate(order, 'uploaded');
    assert.ok(['deploy', 'hosting'].every((act) => own.acts.has(act)), [...own.acts].join());
    await own.act(order, 'hosting', 'form.names.value = "-"');
    assert.equal(await person.status(), 422);
    await own.see('hosting-mistakes');
    await own.act(order, 'deploy');
    await own.see('deployed');
    await own.open(`certificates/${order}/deploy`, 'deploy-again');
    await own.open('uploaded', 'list-uploaded');
  }),

  ...walk('for a company', { edition: '2020-09', revocation: 'manual' }, async (own, person, site) => {
    await signIn(person);
    const product = 'geotrust-ov-1-personal';
    await own.open(`certificates/${(await site.bought(1, { product }))[0]}/apply`, 'apply-company');
    const order = await site.issued('www.example.com', { product });
    await own.act(order, 'revoke');
    await own.certificate(order, 'revocation-to-confirm');
    const [refunded] = await site.bought();
    await own.act(refunded, 'claim-refund');
    await own.certificate(refunded, 'refunded');
  }),

  ...walk('three years', { edition: '2022-hosting' }, async (own, person, site) => {
    await signIn(person);
    const [first, second] = await site.bought(3);
    const order = await site.applied(first);
    await site.approve(order);
    await own.certificate(order, 'hosted');
    await own.certificate(second, 'not-activated');
    await own.open('', 'list-chain');
    await own.open('?layout=list', 'list-chain-list');
  }),

  ...walk('rules, and what can not be done', {}, async (own, person, site) => {
    await signIn(person);
    await own.open('rules', 'rules');
    await own.open('rules/diff?edition=2021-02-api&with=2022-hosting', 'rules-diff');
    await own.open('rules/diff?edition=2021-02-api&with=2021-02-api', 'rules-same');
    await own.open('rules/table', 'rules-table');
    await own.open('rules/table?edition=2022-hosting&class=OV', 'rules-table-hosting');
    await person.run('for (const one of document.querySelectorAll("details")) one.open = true');
    await own.see('rules-table-open');
    await own.open('nothing', 'trouble-not-found', 404);
    const [slot] = await site.bought();
    await own.open(`certificates/${slot}/revoke`, 'trouble-refused', 409);
    await person.open('buy');
    await own.send('main form', 'form.csrf.value = "0"');
    assert.equal(await person.status(), 403);
    await own.see('trouble-form-over');
    await person.open('');
    await own.send('.clock form + form', 'form.day.value = "2020-01-01"');
    assert.equal(await person.status(), 409);
    await own.see('trouble-clock');
    // The key is the holder's own, and not to be had here.
    const [applied] = await site.bought();
    const { order } = await site.control(`orders/${applied}/apply`, { csr: signingRequest('own.example.com').csr });
    await site.approve(order);
    await person.open(`certificates/${order}/download`);
    await own.send('form:has([value="certificate"])', 'form.what.value = "key"');
    assert.equal(await person.status(), 404);
    await own.see('trouble-no-key');
  }),
];
