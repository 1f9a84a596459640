// The program as a service of its own for one scenario, and its control plane.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const http = require('node:http');
const readline = require('node:readline');

const KEY = { id: 'testid', secret: 'testsecret' };
// Of another account.
const OTHER = { id: 'otherid', secret: 'othersecret' };
const PRODUCT = 'geotrust-dv-1-starter';

class Site {
  // Everything is in memory, so that no scenario finds what another one left.
  static async start({ edition, clock = '2026-03-20T09:00:00+08:00', revocation = 'auto', change } = {}) {
    const words = [
      'serve', '--database', 'memory', '--control', '--clock', `manual:${clock}`, '--seed', '1',
      '--revocation', revocation,
      '--access-key', `${KEY.id}:${KEY.secret}`,
      '--access-key', `${OTHER.id}:${OTHER.secret}:other`,
      '--plan', `${PRODUCT}=10`,
    ];
    if (edition) words.push('--edition', edition);
    const site = new Site();
    site.log = [];
    site.process = spawn(process.env.CERT_LIFECYCLE, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    site.ended = new Promise((resolve) => { site.process.once('exit', resolve); });
    readline.createInterface({ input: site.process.stderr }).on('line', (line) => site.log.push(line));
    const lines = readline.createInterface({ input: site.process.stdout });
    const first = await Promise.race([
      new Promise((resolve) => { lines.once('line', resolve); }),
      site.ended.then((code) => { throw new Error(`the service ended with ${code}: ${site.log.join('\n')}`); }),
    ]);
    ({ listening: site.base, console: site.console } = JSON.parse(first));
    if (change) await site.spoil(change);
    return site;
  }

  // From here on, pages and stylesheet go through somebody who changes them: `change` is given a text
  // and what it is, and gives what is to be shown instead.
  async spoil(change) {
    const behind = this.base;
    this.between = http.createServer((asked, answer) => {
      const onward = http.request(`${behind}${asked.url}`, { method: asked.method, headers: asked.headers }, (came) => {
        const parts = [];
        came.on('data', (part) => parts.push(part));
        came.on('end', () => {
          const body = change(Buffer.concat(parts).toString(), came.headers['content-type'], asked.url);
          answer.writeHead(came.statusCode, { ...came.headers, 'content-length': Buffer.byteLength(body) });
          answer.end(body);
        });
      });
      asked.pipe(onward);
    });
    await new Promise((resolve) => { this.between.listen(0, '127.0.0.1', resolve); });
    this.base = `http://127.0.0.1:${this.between.address().port}`;
    this.console = `${this.base}/console/`;
  }

  // What the CA, buyers and the clock do; POST if there is a body.
  async control(route, body) {
    const answer = await fetch(`${this.base}/_control/${route}`, body === undefined ? {} : {
      method: 'POST', body: JSON.stringify(body),
    });
    const said = await answer.json();
    assert.equal(answer.status, 200, `${route}: ${JSON.stringify(said)}`);
    return said;
  }

  // A call of the API, signed. It is by it that orders take units of a plan.
  async call(operation, parameters) {
    const all = {
      ...parameters,
      Action: operation, Version: '2020-04-07', Format: 'JSON', AccessKeyId: KEY.id,
      SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0', SignatureNonce: crypto.randomUUID(),
      Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    };
    const encoded = (text) => encodeURIComponent(text)
      .replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
    const query = Object.keys(all).sort().map((name) => `${encoded(name)}=${encoded(all[name])}`).join('&');
    const signature = crypto.createHmac('sha1', `${KEY.secret}&`)
      .update(`GET&%2F&${encoded(query)}`).digest('base64');
    const answer = await fetch(`${this.base}/?${query}&Signature=${encoded(signature)}`);
    const said = await answer.json();
    assert.equal(answer.status, 200, `${operation}: ${JSON.stringify(said)}`);
    return said;
  }

  // The orders of what was bought for so many years.
  async bought(years = 1, more = {}) {
    const said = await this.control('purchases', { product: PRODUCT, years, cash: 10_000, voucher: 50, ...more });
    return said.orders;
  }

  // Applies with a bought order; the order of the application.
  async applied(order, domain = 'www.example.com') {
    return (await this.control(`orders/${order}/apply`, { domain })).order;
  }

  async approve(order) {
    await this.control(`orders/${order}/satisfy-challenge`, {});
    await this.control(`orders/${order}/approve`, {});
  }

  // An order that was bought, applied for and approved.
  async issued(domain, more) {
    const order = await this.applied((await this.bought(1, more))[0], domain);
    await this.approve(order);
    return order;
  }

  async stop() {
    if (this.between) {
      this.between.closeAllConnections();
      this.between.close();
    }
    this.process.kill('SIGTERM');
    assert.equal(await this.ended, 0, this.log.slice(-5).join('\n'));
    const told = this.log.find((line) => /testsecret|othersecret|PRIVATE/.test(line));
    assert.equal(told, undefined, 'the log tells a secret');
  }
}

module.exports = { Site, KEY, OTHER, PRODUCT };
