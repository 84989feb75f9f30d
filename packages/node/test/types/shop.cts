// The same for a project of CommonJS modules.
import playmoney = require('playmoney');
import nodeTest = require('playmoney/node-test');

async function main(): Promise<void> {
  const server: playmoney.Server = await playmoney.startServer({ clock: 'frozen' });
  await (await server.sandbox()).advance({ to: new Date() });
}
nodeTest.test('a sandbox', async ({ playmoney: sandbox }) => void (await sandbox.timeline()));
void main();
