// Looks a page over as it stands: its weight and its HTML; then, in each scheme and size, the rules of
// axe-core, its width and a picture.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { HtmlValidate } = require('html-validate');

const { SIZES } = require('./person.js');

// The most that HTML and stylesheet of a page weigh together.
const HEAVIEST = 60 * 1024;
// No picture is taken of what lies further down.
const DEEPEST = 4_000;

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const html = new HtmlValidate({ extends: ['html-validate:standard'] });

const tally = () => ({
  pages: 0, violations: 0, errors: 0, heaviest: { name: '', bytes: 0 }, pictures: 0,
});
// What was seen of all pages.
const totals = tally();

// The document as it came from the server.
async function source(person) {
  const said = await person.tell('Network.getResponseBody', { requestId: await person.document() });
  return said.base64Encoded ? Buffer.from(said.body, 'base64') : Buffer.from(said.body);
}

async function weigh(person, name, page, found, seen) {
  const styles = [...page.toString().matchAll(/<link rel="stylesheet" href="([^"]+)"/g)];
  if (styles.length !== 1) found.push(`${styles.length} stylesheets`);
  let bytes = page.length;
  for (const [, address] of styles) {
    const answer = await fetch(new URL(address, person.site.base));
    if (answer.status !== 200) found.push(`${address}: ${answer.status}`);
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  if (bytes > seen.heaviest.bytes) seen.heaviest = { name, bytes };
  if (bytes > HEAVIEST) found.push(`it weighs ${bytes} bytes`);
}

async function validate(page, name, found, seen) {
  const report = await html.validateString(page.toString(), name);
  for (const { messages } of report.results) {
    for (const { line, column, message, ruleId } of messages) {
      seen.errors += 1;
      found.push(`HTML ${line}:${column} ${ruleId}: ${message}`);
    }
  }
}

// In the light: every rule that is not an experiment, the size of what is pressed among them. The dark
// scheme changes colours alone.
const RULES = {
  light: { rules: { 'target-size': { enabled: true } }, least: 20 },
  dark: { runOnly: ['color-contrast', 'link-in-text-block'], least: 1 },
};

async function rules(person, where, scheme, found, seen) {
  if (await person.run('return typeof axe') === 'undefined') {
    await person.tell('Runtime.evaluate', { expression: AXE });
  }
  const { least, ...options } = RULES[scheme];
  const answer = await person.driver.executeAsyncScript(function ask(options) {
    const done = arguments[arguments.length - 1];
    window.axe.run(document, { ...options, resultTypes: ['violations', 'passes'] }).then(
      (said) => done({ passes: said.passes.length, violations: said.violations.map((own) => ({
        id: own.id,
        help: own.help,
        nodes: own.nodes.map((node) => `${node.html} — ${node.failureSummary}`),
      })) }),
      (error) => done({ error: String(error) }),
    );
  }, options);
  if (answer.error) throw new Error(`${where}: axe: ${answer.error}`);
  // A page that little was found good about was not looked at.
  if (answer.passes < least) found.push(`${where}: only ${answer.passes} rules of axe were kept`);
  for (const { id, help, nodes } of answer.violations) {
    seen.violations += nodes.length;
    found.push(`${where}: axe ${id} (${help}): ${nodes.slice(0, 3).join(' | ')}`);
  }
}

async function width(person, where, size, found) {
  const wide = await person.run('return document.documentElement.scrollWidth');
  if (wide > SIZES[size].width) found.push(`${where}: ${wide} pixels wide`);
  if (size !== 'desktop') return;
  // At a desk nothing is to be looked for behind an edge.
  const cut = await person.run(`return [...document.querySelectorAll('.scroll')]
    .filter((own) => own.scrollWidth > own.clientWidth)
    .map((own) => own.getAttribute('aria-label') ?? own.getAttribute('aria-labelledby'))`);
  for (const name of cut) found.push(`${where}: the table ${name} is cut off`);
}

async function picture(person, name, size, seen) {
  const { cssContentSize } = await person.tell('Page.getLayoutMetrics');
  const clip = {
    x: 0, y: 0, width: SIZES[size].width, height: Math.min(cssContentSize.height, DEEPEST), scale: 1,
  };
  const { data } = await person.tell('Page.captureScreenshot', { captureBeyondViewport: true, clip });
  fs.writeFileSync(path.join(process.env.SCREENSHOTS, `${name}.png`), data, 'base64');
  seen.pictures += 1;
}

const ALL = [['desktop', 'light'], ['desktop', 'dark'], ['phone', 'light'], ['phone', 'dark']];

// What is wrong with the page that is shown, in sentences.
async function look(person, name, ways = ALL, seen = totals) {
  const found = [];
  const page = await source(person);
  await weigh(person, name, page, found, seen);
  await validate(page, name, found, seen);
  for (const [size, scheme] of ways) {
    const where = `${size} ${scheme}`;
    await person.size(size);
    await person.scheme(scheme);
    await rules(person, where, scheme, found, seen);
    await width(person, where, size, found);
    await picture(person, `${name}-${size}-${scheme}`, size, seen);
  }
  await person.size('desktop');
  await person.scheme('light');
  seen.pages += 1;
  return found.map((one) => `${name}: ${one}`);
}

module.exports = { look, tally, totals };
