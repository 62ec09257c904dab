#!/usr/bin/env node
import { processTerminal } from './output/terminal.ts';
import { runProgram } from './program.ts';

process.exitCode = await runProgram({
  argv: process.argv.slice(2),
  terminal: processTerminal(),
  environment: process.env,
});
