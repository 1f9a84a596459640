// Three years of hosting: bought at once, applied for by hand the first time, then led on by the service
// while the clock is moved.
'use strict';

const assert = require('node:assert/strict');

const { ahead, following, state } = require('./kit/life.js');
const { scene } = require('./kit/scene.js');
const { PRODUCT } = require('./kit/site.js');

// The states of the three, the first one first.
async function states(person) {
  await person.open('');
  return (await person.texts('.card .badge')).reverse();
}

// What the chart draws of each member: issued, expected or nothing.
async function drawn(person) {
  const labels = await person.texts('.chart .label');
  assert.deepEqual(labels, ['Certificate 1', 'Certificate 2', 'Certificate 3', 'Coverage']);
  return person.run(() => [...document.querySelectorAll('.chart .label')].slice(0, 3).map((label) => {
    const place = label.getBoundingClientRect();
    const bars = [...document.querySelectorAll('.chart .wider rect')].filter((bar) => {
      const own = bar.getBoundingClientRect();
      return own.top < place.bottom && own.bottom > place.top;
    });
    return bars.map((bar) => bar.getAttribute('class')).join(' ');
  }));
}

const covered = async (person) => (await person.texts('ul.plain li')).filter((line) => line.startsWith('Covered'));

module.exports = [
  ['three years, member after member', () => scene({ edition: '2022-hosting' }, async (person, site) => {
    await person.signIn();
    await person.open('buy');
    await person.fill({ product: PRODUCT, what: '3', cash: '300' });
    await person.press('Buy now and pay');
    assert.deepEqual(await states(person), ['Pending Application', 'Not Activated', 'Not Activated']);
    await person.press('Not applied for yet', '//article[contains(., "Pending Application")]');
    assert.deepEqual(await drawn(person), ['', '', '']);
    await person.press('Apply');
    await person.fill({
      names: 'www.example.com', person: 'Tom', phone: '13900000000', email: 'tom@example.com',
    });
    await person.press('Apply', '//form[@class="form"]');
    const [, order] = (await person.path()).match(/^certificates\/(\d+)/);
    await site.approve(order);
    await person.open(`certificates/${order}`);
    assert.equal(await state(person), 'Hosted');
    assert.deepEqual(await drawn(person), ['real', 'expected', 'expected']);
    assert.equal((await covered(person)).length, 3);

    const members = [
      { place: 1, chart: ['real', 'real', 'expected'], live: 'Hosted' },
      // Nobody comes after it.
      { place: 2, chart: ['real', 'real', 'real'], live: 'Issued' },
    ];
    for (const { place, chart, live } of members) {
      await person.goTo(await ahead(person, 'The service activates the next certificate'));
      assert.equal((await states(person))[place], 'Validating Application');
      await person.press('www.example.com', '//article[contains(., "Validating Application")]');
      const [, next] = (await person.path()).match(/^certificates\/(\d+)/);
      // The CA is asked again as time goes by, and says how the domain is proved.
      await person.press('+1 day');
      assert.equal(await person.text('#challenge'), 'Prove the domain');
      await site.approve(next);
      await person.open(`certificates/${next}`);
      assert.equal(await state(person), live);
      assert.deepEqual(await drawn(person), chart);
    }
    const spans = await covered(person);
    assert.equal(spans.length, 3);
    // One after the other, without a day between them.
    const days = spans.map((line) => line.match(/\d{4}-\d\d-\d\d/g));
    assert.ok(days[1][0] <= days[0][1] && days[2][0] <= days[1][1], spans.join('\n'));
    await person.goTo(following(days[2][1]));
    assert.deepEqual(await states(person), ['Expired', 'Expired', 'Expired']);
  })],
];
