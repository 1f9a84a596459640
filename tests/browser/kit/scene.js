// A service and a browser for as long as a scenario takes; what it was like when it failed is pictured.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { Person } = require('./person.js');
const { Site } = require('./site.js');

let failures = 0;

async function scene(options, scenario) {
  const site = await Site.start(options);
  try {
    const person = await Person.arrive(site, options);
    try {
      await scenario(person, site);
    } catch (error) {
      failures += 1;
      const file = path.join(process.env.SCREENSHOTS, `failed-${failures}.png`);
      await person.driver.takeScreenshot()
        .then((picture) => fs.writeFileSync(file, picture, 'base64'), () => {});
      error.message = `${error.message}\n(pictured in ${file})`;
      throw error;
    } finally {
      await person.leave();
    }
  } finally {
    await site.stop();
  }
}

module.exports = { scene };
