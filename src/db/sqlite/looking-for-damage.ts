// A thread that says what is wrong with the file of a database.
import { parentPort, workerData } from 'node:worker_threads';
import { findDamage } from './whole-database.ts';

parentPort!.postMessage(findDamage(workerData));
