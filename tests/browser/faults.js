// Pages that were made worse on their way to the browser, to see that it is found.
'use strict';

const assert = require('node:assert/strict');

const { look, tally } = require('./kit/look.js');
const { Key } = require('./kit/person.js');
const { scene } = require('./kit/scene.js');

const inStyle = (from, to) => (text, kind) => (kind.startsWith('text/css') ? replaced(text, from, to) : text);
const inPage = (from, to) => (text, kind, address) => (
  kind.startsWith('text/html') && address === '/console/buy' ? replaced(text, from, to) : text);

// A fault that changes nothing would be found by nobody.
function replaced(text, from, to) {
  assert.ok(text.includes(from), `there is no ${from} to be changed`);
  return text.replace(from, to);
}

// What is done to the page to buy on, and what must be said of it then.
const FAULTS = [
  ['a faint text, in the light', inStyle('--muted: #535e70', '--muted: #9aa5b5'), [/ light: axe color-contrast/]],
  ['a faint text, in the dark', inStyle('--muted: #a8b2c3', '--muted: #4a5568'), [/ dark: axe color-contrast/]],
  ['a field without its label', inPage('<label for="cash">', '<label>'), [/ light: axe label /]],
  ['a block within a heading', inPage('<h1>', '<h1><div>Here</div>'), [/HTML .* element-permitted-content/]],
  ['an id given twice', inPage('id="voucher"', 'id="cash"'), [/HTML .* no-dup-id/]],
  ['an element that is not closed', inPage('</fieldset>', ''), [/HTML .* close-order/]],
  ['something wide', inStyle('.head {', 'h1 { min-width: 30rem; } .head {'), [/phone light: \d+ pixels wide/]],
  ['a table cut off at a desk', inPage('<h1>', `<div class="scroll" role="region" aria-label="Wide" tabindex="0"><p class="mark">${'wide '.repeat(300)}</p></div><h1>`), [/desktop dark: the table Wide is cut off/]],
  ['something to press that is small', inStyle('button.plain { min-height: 0;', '.who { gap: 0 !important; } .who * { font-size: 6px !important; } button.plain { min-height: 0;'), [/ light: axe target-size/]],
  ['a heavy stylesheet', inStyle('*, *::before', `/*${' '.repeat(50_000)}*/ *, *::before`), [/it weighs \d+ bytes/]],
];

const WAYS = [['phone', 'light'], ['desktop', 'dark']];

module.exports = FAULTS.map(([name, change, expected]) => [`${name} is found`, () => scene({ change }, async (person) => {
  await person.signIn();
  await person.open('buy');
  const found = await look(person, `fault-${name.replace(/\W+/g, '-')}`, WAYS, tally());
  for (const sentence of expected) {
    assert.ok(found.some((one) => sentence.test(one)), `no ${sentence} in:\n${found.join('\n')}`);
  }
})]);

module.exports.push(['a focus that is not seen is found', () => scene(
  { change: inStyle('outline: 3px solid', 'outline: 0 solid') },
  async (person) => {
    await person.open('sign-in');
    await person.keys(Key.TAB);
    const focus = await person.focus();
    assert.equal(focus.text, 'Skip to the content');
    assert.equal(focus.outlined, false);
  },
)]);
