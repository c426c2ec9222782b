/** What a program that embeds Parley imports. */
export { ConfigError, readConfig, type Config } from './config/config.ts';
export { start, type RunningServer } from './start.ts';
