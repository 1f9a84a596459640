// Somebody at a browser: Chromium without a window, led by its driver.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Builder, By, Key, until } = require('selenium-webdriver');
const chrome = require('selenium-webdriver/chrome');

const { KEY } = require('./site.js');

// How long anything is waited for.
const PATIENCE = 30_000;
const SIZES = {
  desktop: { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false },
  phone: { width: 390, height: 844, deviceScaleFactor: 1, mobile: true },
};

const named = (text) => `[normalize-space()=${JSON.stringify(text)}]`;

class Person {
  static async arrive(site, { scripts = true } = {}) {
    const person = new Person();
    person.site = site;
    person.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
    person.kept = path.join(person.folder, 'kept');
    fs.mkdirSync(person.kept);
    const options = new chrome.Options();
    options.setChromeBinaryPath(process.env.CHROMIUM);
    options.addArguments(
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
      `--user-data-dir=${path.join(person.folder, 'profile')}`, '--lang=en-US', '--no-proxy-server',
      '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--hide-scrollbars', '--window-size=1280,900',
    );
    options.setUserPreferences({
      'download.default_directory': person.kept,
      'download.prompt_for_download': false,
      'intl.accept_languages': 'en-US,en',
      'credentials_enable_service': false,
    });
    person.driver = await new Builder()
      .forBrowser('chrome')
      .setChromeOptions(options)
      .setChromeService(new chrome.ServiceBuilder(process.env.CHROMEDRIVER))
      .build();
    await person.tell('Network.enable');
    await person.tell('Page.enable');
    await person.size('desktop');
    if (!scripts) await person.tell('Emulation.setScriptExecutionDisabled', { value: true });
    return person;
  }

  async leave() {
    await this.driver.quit();
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  // A command of the DevTools protocol, and its answer.
  tell(command, parameters = {}) {
    return this.driver.sendAndGetDevToolsCommand(command, parameters);
  }

  async size(name) {
    await this.tell('Emulation.setDeviceMetricsOverride', SIZES[name]);
  }

  // `light` or `dark`, as the system would ask for it.
  async scheme(value) {
    await this.tell('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  }

  run(script, ...values) {
    return this.driver.executeScript(script, ...values);
  }

  wait(condition, why) {
    return this.driver.wait(condition, PATIENCE, why);
  }

  // Which document is shown.
  async document() {
    return (await this.tell('Page.getFrameTree')).frameTree.frame.loaderId;
  }

  // Does something that leads to another document, and waits for its end.
  async leads(act) {
    const before = await this.document();
    await act();
    await this.wait(async () => (await this.document()) !== before, 'nothing was led to');
    await this.wait(until.elementLocated(By.css('footer.foot')), 'the page has no foot');
  }

  async open(route) {
    await this.driver.get(this.site.console + route);
    await this.wait(until.elementLocated(By.css('footer.foot')), 'the page has no foot');
  }

  one(css) {
    return this.driver.findElement(By.css(css));
  }

  all(css) {
    return this.driver.findElements(By.css(css));
  }

  async text(css) {
    return (await this.one(css)).getText();
  }

  async texts(css) {
    return Promise.all((await this.all(css)).map((element) => element.getText()));
  }

  // The button or link of this name.
  control(text, within = '') {
    return this.driver.findElement(By.xpath(`${within}//*[self::a or self::button]${named(text)}`));
  }

  async has(text) {
    const shown = await this.text('main');
    assert.ok(shown.includes(text), `no ${JSON.stringify(text)} in:\n${shown}`);
  }

  async lacks(text) {
    const shown = await this.text('main');
    assert.ok(!shown.includes(text), `${JSON.stringify(text)} in:\n${shown}`);
  }

  heading() {
    return this.text('h1');
  }

  // How the server answered with what is shown.
  status() {
    return this.run('return performance.getEntriesByType("navigation")[0].responseStatus');
  }

  async path() {
    return (await this.driver.getCurrentUrl()).slice(this.site.console.length);
  }

  async press(text, within) {
    const control = await this.control(text, within);
    await this.leads(() => control.click());
  }

  // Fills fields in by their names; a list or a choice by the value.
  async fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const all = await this.all(`main [name="${name}"]:not([type="hidden"])`);
      assert.ok(all.length > 0, `there is no field ${name}`);
      const kind = await all[0].getAttribute('type');
      if (kind === 'radio' || kind === 'select-one') {
        const part = kind === 'radio' ? '' : `[name="${name}"] option`;
        await (await this.one(`main ${part}[value="${value}"]`)).click();
      } else {
        await all[0].clear();
        await all[0].sendKeys(value);
      }
    }
  }

  async signIn({ id, secret } = KEY) {
    await this.open('sign-in');
    await this.fill({ id, secret });
    await this.press('Sign in', '//form');
  }

  // Moves the clock to a day by the bar.
  async goTo(day) {
    const [year, month, date] = day.split('-');
    await (await this.one('#clock-day')).sendKeys(month, date, year);
    await this.press('Go');
    assert.equal(await this.text('.note.good'), 'The clock was moved.');
  }

  // The file that a press hands over.
  async download(text) {
    // The browser takes a name with an empty file before it moves there what it wrote beside it: what
    // came is whole once it stands alone and has something in it.
    const come = async () => {
      const [name, ...others] = fs.readdirSync(this.kept);
      if (others.length > 0 || !name?.endsWith('.pem')) return false;
      return fs.readFileSync(path.join(this.kept, name), 'utf8');
    };
    await (await this.control(text)).click();
    const said = await this.wait(come, `${text}: no file came`);
    for (const name of fs.readdirSync(this.kept)) fs.rmSync(path.join(this.kept, name));
    return said;
  }

  // What has the focus, and whether that can be seen.
  focus() {
    return this.run(() => {
      const own = document.activeElement;
      const style = getComputedStyle(own);
      const seen = own.getBoundingClientRect();
      return {
        tag: own.tagName.toLowerCase(),
        id: own.id,
        text: own.textContent.trim(),
        outlined: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
        inSight: seen.width > 0 && seen.bottom > 0 && seen.top < innerHeight,
      };
    });
  }

  keys(...keys) {
    return this.driver.actions().sendKeys(...keys).perform();
  }
}

module.exports = { Person, By, Key, until, SIZES };
