# Source this file from bash or zsh: the commands of the virtualenv it is part of are then on PATH.

deactivate() {
  if [ -n "${_OLD_VIRTUAL_PATH+set}" ]; then
    PATH=$_OLD_VIRTUAL_PATH
    export PATH
    unset _OLD_VIRTUAL_PATH
  fi
  if [ -n "${_OLD_VIRTUAL_PS1+set}" ]; then
    PS1=$_OLD_VIRTUAL_PS1
    unset _OLD_VIRTUAL_PS1
  fi
  hash -r 2>/dev/null
  unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT
  if [ "${1-}" != nondestructive ]; then
    unset -f deactivate
  fi
}

deactivate nondestructive

# The directory above that of this file; a link to the virtualenv is not followed.
VIRTUAL_ENV=$(cd "$(dirname "${BASH_SOURCE:-${(%):-%x}}")/.." >/dev/null && pwd -L)
VIRTUAL_ENV_PROMPT="%prompt%"
export VIRTUAL_ENV VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH=$PATH
PATH=$VIRTUAL_ENV/bin
# Wheels of which it is not known what commands they have.
for _OLD_VIRTUAL_WHEEL in %wheels%; do
  if [ -d "$VIRTUAL_ENV/_wheels/$_OLD_VIRTUAL_WHEEL/bin" ]; then
    PATH=$PATH:$VIRTUAL_ENV/_wheels/$_OLD_VIRTUAL_WHEEL/bin
  fi
done
unset _OLD_VIRTUAL_WHEEL
PATH=$PATH:$_OLD_VIRTUAL_PATH
export PATH

if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ]; then
  _OLD_VIRTUAL_PS1=${PS1-}
  PS1="(%prompt%) ${PS1-}"
fi
hash -r 2>/dev/null
