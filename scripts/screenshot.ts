import { launchBrowser } from '../tests/support/browser/launch-browser.ts';
import { Visitor } from '../tests/support/browser/visitor.ts';
import { startServer } from '../tests/support/harness/server.ts';

/** Draws docs/page.png: a conversation between people who are all somewhere else, on a server that keeps nothing. */
const FILE = 'docs/page.png';
const server = await startServer({ DEMO_PAGE: 'on' });
const browser = await launchBrowser();
try {
  const arrive = async (name: string, deviceScaleFactor = 1) => {
    const visitor = await Visitor.arrive(browser, server.url, { name, colorScheme: 'light', deviceScaleFactor });
    await visitor.register();
    return visitor;
  };
  const mira = await arrive('Mira Castellanos', 1.25);
  const [jonas, aiko, sam, lea] = await Promise.all(
    ['Jonas Weber', 'Aiko Tanaka', 'Sam Okafor', 'Léa Moreau'].map((name) => arrive(name)),
  );
  if (!jonas || !aiko || !sam || !lea) throw new Error('Somebody is missing.');
  const open = async (room: string, kind: 'Private' | 'Public', ...others: Visitor[]) => {
    await mira.createRoom(room, kind);
    const link = await mira.inviteLink();
    for (const visitor of others) await visitor.accept(link);
  };
  const say = async (visitor: Visitor, text: string) => {
    await visitor.say(text);
    await mira.page.getByText(text).first().waitFor();
  };

  await open('Weekend hike', 'Public', lea);
  await say(lea, 'Sunday, nine, at the station?');
  await say(mira, 'I bring the coffee ☕');
  await open('Design review', 'Private', lea, aiko);
  await open('Support', 'Private', sam);
  await open('Launch week', 'Private', jonas, aiko, sam);
  await lea.openRoom('Design review');
  await say(lea, 'New icons are up');
  await say(lea, 'Have a look at the dark ones');
  await mira.openRoom('Launch week');

  await say(jonas, 'The train went into the tunnel in the middle of my sentence.');
  await say(jonas, 'Did the last message arrive?');
  await say(mira, 'Twice would have been a bug. It arrived once 🙂');
  // What everybody has read, before one of them goes.
  await mira.page.locator('.mark-read').waitFor();
  await sam.openRoom('Support');
  await say(sam, 'All green since Friday');
  await sam.close();
  await say(aiko, 'I closed the laptop, opened it at home, and was on the same line.');
  await say(mira, 'Then all that is left is the announcement:\n• what it does\n• what it promises\n• how to try it');
  await say(aiko, '“Try it” first. I can write that one.');
  await say(mira, 'Perfect. Shall we say four o’clock?');
  await jonas.composer.pressSequentially('Yes, and', { delay: 10 });
  await mira.page.getByText('Jonas Weber is typing').waitFor();
  await mira.page.getByText('last seen just now').waitFor();
  await mira.composer.hover();
  await mira.page.screenshot({ path: FILE, animations: 'disabled' });
} finally {
  await browser.close();
  await server.stop();
}
process.exit(0);
