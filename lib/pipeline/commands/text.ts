import {
  type ApplicationText,
  ArgumentScannerError,
  FlagNotFoundError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { formatDiagnostics } from "../diagnostic_text.ts";
import { StoreError } from "../store/store_error.ts";

/** The variable that makes unexpected errors show where they come from. */
const STACK_VARIABLE = "PIPELINE_STACK";

/** What the command line says of wrong usage: one sentence, with the nearest name. */
export const text: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input, corrections }) =>
    `error: There is no command ${quoted(input)}${suggestion(corrections.map(unquoted), "; --help lists them all")}`,
  exceptionWhileParsingArguments: (error) => {
    if (!(error instanceof ArgumentScannerError)) return `error: ${messageOf(error)}`;
    const message = formatMessageForArgumentScannerError(error, {
      FlagNotFoundError: (unknown: FlagNotFoundError) =>
        `There is no flag --${unknown.input}${
          suggestion(unknown.corrections.map((name) => `--${name}`), "; --help lists them all")
        }`,
      AliasNotFoundError: ({ input }) => `There is no flag -${input}; --help lists them all`,
      ArgumentParseError: ({ externalFlagNameOrPlaceholder, exception }) =>
        `--${externalFlagNameOrPlaceholder}: ${messageOf(exception)}`,
      UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} needs a value`,
      UnexpectedFlagError: ({ externalFlagName, previousInput, input }) =>
        `--${externalFlagName} is given twice: ${quoted(previousInput)} and ${quoted(input)}`,
      UnexpectedPositionalError: ({ input }) => `Nothing is expected here: ${quoted(input)}`,
    });
    return `error: ${message}`;
  },
  exceptionWhileLoadingCommandFunction: (error) => `error: ${messageOf(error)}`,
  exceptionWhileLoadingCommandContext: (error) => `error: ${messageOf(error)}`,
  exceptionWhileRunningCommand: (error, color) =>
    error instanceof StoreError ? formatDiagnostics(error.diagnostics, { color }) : `error: ${messageOf(error)}`,
  commandErrorResult: ({ message }) => `error: ${message}`,
};

/** What an error says to a user; where it was thrown only on request. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return Deno.env.get(STACK_VARIABLE) ? error.stack ?? error.message : error.message;
}

function suggestion(corrections: readonly string[], otherwise: string): string {
  const [nearest] = corrections;
  return nearest === undefined ? otherwise : `; did you mean ${quoted(nearest)}?`;
}

/** The library quotes names of commands, yet not those of flags. */
function unquoted(name: string): string {
  return name.replaceAll("`", "");
}

function quoted(name: string): string {
  return `"${name}"`;
}
