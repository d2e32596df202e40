# Completion of decision-replay for bash. Options are read from the program's own help.
_decision_replay() {
  local current=${COMP_WORDS[COMP_CWORD]} words=() word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == [a-z]* ]] && words+=("$word") || break
  done
  local help
  help=$(decision-replay "${words[@]}" --help 2>/dev/null) || return
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '^  (-h,)?--[a-z.-]+' <<<"$help" | sed 's/.*--/--/')" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]\+\) .*/\1/p' <<<"$help")" -- "$current")
  fi
}
complete -o default -F _decision_replay decision-replay
