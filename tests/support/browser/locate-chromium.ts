import { aptInstall } from '../databases/apt.ts';
import { findProgram } from '../databases/system.ts';
import { reasonOf } from '../databases/types.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * A browser that is installed, or one that is installed now where that can be done without asking; TEST_CHROMIUM names
 * another one. Throws with the reason when there is none.
 */
export async function locateChromium(): Promise<string> {
  const given = process.env['TEST_CHROMIUM'] ?? '';
  if (given !== '') return given;
  try {
    return (await installed()) ?? (await install());
  } catch (error) {
    const way = 'Set TEST_CHROMIUM, or install chromium.';
    throw new Error(`No Chromium could be had. ${reasonOf(error)} ${way}`, { cause: error });
  }
}

async function installed(): Promise<string | undefined> {
  for (const name of NAMES) {
    const program = await findProgram(name);
    if (program !== undefined) return program;
  }
  return undefined;
}

async function install(): Promise<string> {
  // A page is drawn with the fonts of the system, and a bare one has none.
  await aptInstall('chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji');
  const program = await installed();
  if (program === undefined) throw new Error('The chromium package is installed, but its program is not found.');
  return program;
}
