import { chromium, type Browser } from 'playwright-core';
import { isRoot } from '../databases/system.ts';
import { locateChromium } from './locate-chromium.ts';

/** Nothing that the browser does for itself may reach the network, or make a test wait. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless browser with an empty profile that goes with it. Whoever launches it closes it. */
export async function launchBrowser(): Promise<Browser> {
  // Chromium refuses to run as root inside its own sandbox, as in a container.
  const args = isRoot() ? [...QUIET, '--no-sandbox'] : QUIET;
  return chromium.launch({ executablePath: await locateChromium(), headless: true, args });
}
