// What a person chooses, and what a browser is like: layout, language, size, scheme, scripts.
'use strict';

const assert = require('node:assert/strict');

const { lives } = require('./kit/life.js');
const { SIZES } = require('./kit/person.js');
const { scene } = require('./kit/scene.js');

const layout = async (person) => ({
  cards: (await person.all('.card')).length,
  rows: (await person.all('tbody tr')).length,
});

// How light the colour that something has is, from 0 to 1.
const lightness = (person, css, property) => person.run((css, property) => {
  const colour = getComputedStyle(document.querySelector(css))[property];
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}, css, property);

module.exports = [
  ['the layout is remembered', () => scene({}, async (person, site) => {
    await site.bought();
    await person.signIn();
    assert.deepEqual(await layout(person), { cards: 1, rows: 0 });
    await person.press('List');
    assert.deepEqual(await layout(person), { cards: 0, rows: 1 });
    assert.equal(await person.text('.switch [aria-current]'), 'List');
    await person.press('Rules');
    await person.press('Sign out');
    await person.signIn();
    assert.deepEqual(await layout(person), { cards: 0, rows: 1 });
    await person.press('Cards');
    await person.open('');
    assert.deepEqual(await layout(person), { cards: 1, rows: 0 });
  })],

  ['both languages, and the choice is remembered', () => scene({}, async (person, site) => {
    const language = async () => (await person.one('html')).getAttribute('lang');
    const order = await site.issued();
    await person.signIn();
    assert.equal(await language(), 'en');
    await person.press('中文');
    assert.equal(await language(), 'zh-CN');
    assert.equal(await person.heading(), '证书');
    await person.open(`certificates/${order}`);
    assert.equal(await person.text('.head .badge'), '已签发');
    await person.press('退出登录');
    await person.open('sign-in');
    assert.equal(await person.heading(), '登录');
    await person.press('English');
    assert.equal(await language(), 'en');
    await person.signIn();
    assert.equal(await person.heading(), 'Certificates');
  })],

  ['a phone scrolls down and never aside', () => scene({}, async (person, site) => {
    const { width } = SIZES.phone;
    const wide = () => person.run('return document.documentElement.scrollWidth');
    await person.size('phone');
    await person.open('sign-in');
    assert.ok(await wide() <= width);
    await person.signIn();
    const order = await site.issued();
    await site.bought();
    const routes = [
      '', '?layout=list', 'free', 'uploaded', 'orders', 'plans', 'buy', 'rules', 'rules/table',
      'rules/diff?with=2022-hosting', `certificates/${order}`, `certificates/${order}/revoke`,
      `certificates/${order}/download`, `certificates/${order}/apply`, 'nothing',
    ];
    for (const route of routes) {
      await person.open(route);
      assert.ok(await wide() <= width, `${route}: ${await wide()}`);
    }
    // What is wider scrolls by itself.
    await person.open('rules/table');
    const [inner, outer] = await person.run(() => {
      const own = document.querySelector('details[open] .scroll');
      return [own.scrollWidth, own.clientWidth];
    });
    assert.ok(inner > outer && outer < width, `${inner} in ${outer}`);
    // And all that is there is found wider, where it is not kept in.
    await person.run('document.querySelector("details[open] .scroll").style.overflow = "visible"');
    assert.ok(await wide() > width);
  })],

  ['dark where the system is', () => scene({}, async (person) => {
    await person.signIn();
    const shown = async () => [
      await lightness(person, 'body', 'backgroundColor'), await lightness(person, 'h1', 'color'),
    ];
    await person.scheme('light');
    const [day, ink] = await shown();
    assert.ok(day > 0.9 && ink < 0.2, `${day}, ${ink}`);
    await person.scheme('dark');
    const [night, chalk] = await shown();
    assert.ok(night < 0.2 && chalk > 0.8, `${night}, ${chalk}`);
  })],

  ['a whole life without scripts', () => scene({ scripts: false }, async (person, site) => {
    const page = '<title>off</title><script>document.title = "on"</script><footer class="foot">';
    await person.driver.get(`data:text/html,${page}`);
    assert.equal(await person.driver.getTitle(), 'off');
    await lives(person, site, { layout: 'card', withRequest: true, name: 'plain.example.com' });
  })],

  ['that browser would run scripts otherwise', () => scene({}, async (person) => {
    await person.driver.get('data:text/html,<title>off</title><script>document.title = "on"</script>');
    assert.equal(await person.driver.getTitle(), 'on');
  })],
];
