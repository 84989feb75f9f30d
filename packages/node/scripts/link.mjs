// Lets the samples find the package by its name, as if it were installed.
import { lstatSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const link = fileURLToPath(new URL('../node_modules/playmoney', import.meta.url));
if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync('..', link, 'junction');
