import { FRAMES, rawFramesSuite } from './raw-frames.suite.ts';

rawFramesSuite('memory', FRAMES, async () => ({ url: 'memory:', drop: async () => undefined }));
