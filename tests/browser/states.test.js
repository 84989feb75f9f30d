// Every page for payers in every state: it can be used with a screen reader and with keys alone, is readable in light and dark, and fits
// a phone.
import { isAccessible } from './accessible.js';
import { scene } from './harness.js';
import { staysWhole } from './hostile.js';
import { allReachable } from './keys.js';
import { STATES } from './states.js';

for (const [name, open] of Object.entries(STATES)) {
  scene(`state: ${name}`, async (stage) => {
    await open(stage);
    await staysWhole(stage.page);
    await isAccessible(stage.page, name);
    await allReachable(stage.page);
  });
}
