/** The shells for which there are scripts. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell for which there is a script. */
export type Shell = typeof SHELLS[number];

/**
 * A script that has a shell complete the command lines of this program, by asking its hidden command `complete`.
 *
 * @param name by which the program is called
 */
export function completionScript(shell: Shell, name: string): string {
  const identifier = `_${name.replaceAll(/\W/g, "_")}_complete`;
  switch (shell) {
    case "bash":
      // For bash, `@` and `:` end words; so the words are those of the line, and what it has already is cut off.
      return `${identifier}() {
  local line="\${COMP_LINE:0:COMP_POINT}" words candidate
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local current="\${words[\${#words[@]}-1]}"
  local done="\${current%"\${current##*[@:=]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    COMPREPLY+=("\${candidate#"$done"}")
  done < <(${name} complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F ${identifier} ${name}
`;
    case "zsh":
      return `#compdef ${name}
${identifier}() {
  local -a values shown
  local line
  for line in "\${(@f)$(${name} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z "$line" ]] && continue
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  }")
  done
  (( \${#values} )) && compadd -l -d shown -a values || _files
}
compdef ${identifier} ${name}
`;
    case "fish":
      return `function ${identifier}
  set -l words (commandline -opc) (commandline -ct)
  ${name} complete -- $words[2..-1] 2>/dev/null
end
complete -c ${name} -a '(${identifier})'
`;
    default:
      return shell satisfies never;
  }
}
