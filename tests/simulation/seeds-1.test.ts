import { testPart } from './seeds.ts';

testPart(1);
