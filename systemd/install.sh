#!/usr/bin/env bash
# Installs the demo service and the traffic as systemd services, or takes them away again.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: systemd/install.sh [--dry-run] [--prefix DIR] [--node FILE]
       systemd/install.sh --uninstall [--dry-run] [--prefix DIR]

Copies the app to DIR (/opt/loadgen), its units to /etc/systemd/system and, where there are none yet, its settings to
/etc/default, and enables flask-app. Doing it again brings all of it up to date and restarts what runs; an installation
that still has its old name, koa-app, is renamed with its settings.

  --uninstall    stop all of it and remove every file, settings too
  --dry-run      say what would be done, and do nothing
  --prefix DIR   where the app goes (default: /opt/loadgen)
  --node FILE    which Node runs it (default: the one in the PATH)

With DESTDIR=FOLDER in the environment all files go below that folder and no service is touched, as packagers want it.
USAGE
}

UNITS=(flask-app.socket flask-app.service loadgen-background.service)
SETTINGS=(flask-app loadgen)
# What flask-app was called before.
OLD_UNITS=(koa-app.socket koa-app.service)
APP_FILES=(package.json package-lock.json LICENSE server loadgen scenarios systemd docs/systemd.md)
OLDEST_NODE=20.19.0
UNIT_FOLDER=/etc/systemd/system

destdir=${DESTDIR:-}
destdir=${destdir%/}
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
action=install
dry=
prefix=
node=

main() {
  parse "$@"
  [ -n "$dry" ] || may_write
  if [ $action = install ]; then install_all; else uninstall_all; fi
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
    --uninstall) action=uninstall ;;
    --dry-run) dry=yes ;;
    --prefix | --node)
      [ $# -ge 2 ] || refuse 2 "$1: want a path after it"
      plain_path "$1" "$2"
      [ "$1" = --prefix ] && prefix=${2%/} || node=$2
      shift
      ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && refuse 2 "Unknown argument '$1'" ;;
    esac
    shift
  done
  # An installed unit knows where its app is.
  local unit
  for unit in flask-app.service koa-app.service; do
    [ -n "$prefix" ] || ! ours "$unit" ||
      prefix=$(sed -n 's|^ExecStart=.* \(/.*\)/server$|\1|p' "$destdir$UNIT_FOLDER/$unit")
  done
  [ -n "$prefix" ] || prefix=/opt/loadgen
}

may_write() {
  [ -n "$destdir" ] && return
  [ "$(id -u)" = 0 ] || refuse 1 "Cannot $action as $(id -un): want root (sudo $0), --dry-run, or DESTDIR"
  [ -d /run/systemd/system ] ||
    refuse 1 "Cannot $action: this machine does not run systemd; want one that does, or DESTDIR for the files alone"
}

install_all() {
  find_node
  not_in_the_way
  copy_app
  local was_running=
  rename_old
  for unit in "${UNITS[@]}"; do
    sed "s|/usr/bin/node|$node|g; s|/opt/loadgen|$prefix|g" "$source/systemd/$unit" |
      put "$UNIT_FOLDER/$unit"
  done
  for name in "${SETTINGS[@]}"; do
    if [ -e "$destdir/etc/default/$name" ]; then
      echo "keep    /etc/default/$name"
    else
      sed "s|/opt/loadgen|$prefix|g" "$source/systemd/$name.default" | put "/etc/default/$name"
    fi
  done
  manager daemon-reload
  manager enable flask-app.service
  manager try-restart flask-app.service loadgen-background.service
  [ -z "$was_running" ] || manager start flask-app.service
  cat <<NEXT

The app is in $prefix and runs on $node ($node_version). Next:
  systemctl start flask-app                  the demo service, on http://127.0.0.1:5000; from now on at every boot
  systemctl enable --now loadgen-background  traffic for it
Settings: /etc/default/flask-app, /etc/default/loadgen
NEXT
}

uninstall_all() {
  our_own_app
  local unit name file there=() settings=("${SETTINGS[@]}")
  if ours koa-app.service; then settings+=(koa-app); fi
  for unit in "${UNITS[@]}" "${OLD_UNITS[@]}"; do
    if ours "$unit"; then there+=("$unit"); fi
  done
  if [ ${#there[@]} -gt 0 ]; then manager disable --now "${there[@]}"; fi
  # What it keeps below /var/lib: clean knows the private place behind the link, too.
  case " ${there[*]} " in *" loadgen-background.service "*) manager clean --what=state loadgen-background.service ;; esac
  for name in "${settings[@]}"; do
    file=$destdir/etc/default/$name
    grep -Ev '^[[:space:]]*([#;]|$)' "$file" 2>/dev/null | sed "s|^|had     |" || true
    take "/etc/default/$name"
  done
  for unit in "${there[@]}"; do take "$UNIT_FOLDER/$unit"; done
  take "$prefix"
  if [ ${#there[@]} -gt 0 ]; then
    manager daemon-reload
    # One that had failed would be remembered.
    manager reset-failed "${there[@]}" 2>/dev/null || true
  fi
  for unit in "${UNITS[@]}" "${OLD_UNITS[@]}"; do
    if [ -d "$destdir$UNIT_FOLDER/$unit.d" ]; then echo "left    $UNIT_FOLDER/$unit.d, which you made"; fi
  done
}

find_node() {
  [ -n "$node" ] || node=$(command -v node || true)
  [ -n "$node" ] || refuse 1 "Cannot find node in the PATH: want Node $OLDEST_NODE or newer, or --node FILE"
  node=$(readlink -f "$node" || echo "$node")
  node_version=$("$node" -p process.versions.node 2>/dev/null || true)
  [ -n "$node_version" ] || refuse 1 "Cannot run $node: want a Node $OLDEST_NODE or newer, or --node FILE"
  [ "$(printf '%s\n' $OLDEST_NODE "$node_version" | sort --version-sort | head -n 1)" = $OLDEST_NODE ] ||
    refuse 1 "Cannot use $node, which is Node $node_version: want $OLDEST_NODE or newer, or --node FILE"
  plain_path --node "$node"
  # Where a folder will be unpacked, a Node may stand anywhere.
  [ -z "$destdir" ] || return 0
  case $node in
  /root/* | /home/* | /run/user/* | /tmp/* | /var/tmp/*)
    refuse 1 "Cannot use $node: the services see no home folders and a /tmp of their own; want a Node elsewhere, or --node FILE"
    ;;
  esac
}

# Nothing that is not ours is written over.
not_in_the_way() {
  our_own_app
  local name file
  for name in flask-app koa-app; do
    file=$destdir$UNIT_FOLDER/$name.service
    if [ -e "$file" ] && [ ! -L "$file" ] && ! ours "$name.service"; then
      refuse 1 "Cannot install: $file is another service, and this one takes its name; want it away (systemctl disable --now $name, then remove the file)"
    fi
  done
}

# True when this unit is there, under its own name, and of this project.
ours() {
  local file=$destdir$UNIT_FOLDER/$1
  [ -f "$file" ] && [ ! -L "$file" ] && grep -Eq '^Documentation=file:.*/docs/systemd\.md$' "$file"
}

# An installation from when flask-app was only the alias keeps its settings, its drop-ins, and its state.
rename_old() {
  ours koa-app.service || return 0
  if [ -z "$destdir" ] && systemctl --quiet is-active koa-app.service; then was_running=yes; fi
  manager disable --now "${OLD_UNITS[@]}"
  local unit
  for unit in "${OLD_UNITS[@]}"; do
    take "$UNIT_FOLDER/$unit"
    move "$UNIT_FOLDER/$unit.d" "$UNIT_FOLDER/${unit/koa-app/flask-app}.d"
  done
  if [ -L "$destdir$UNIT_FOLDER/flask-app.service" ]; then take "$UNIT_FOLDER/flask-app.service"; fi
  move /etc/default/koa-app /etc/default/flask-app
}

our_own_app() {
  local app=$destdir$prefix
  if [ -e "$app" ] && [ -n "$(ls -A "$app")" ] && [ ! -e "$app/systemd/flask-app.service" ] &&
    [ ! -e "$app/systemd/koa-app.service" ]; then
    refuse 1 "Cannot $action: $app holds something else; want an empty folder or --prefix DIR"
  fi
}

# The new copy is complete before it takes the place of the old one.
copy_app() {
  local app=$destdir$prefix modules
  [ "$source" != "$(readlink -f "$app")" ] || refuse 1 "Cannot install from $source onto itself: want a checkout"
  modules=$("$node" "$source/systemd/list-modules.js")
  echo "copy    $prefix: ${APP_FILES[*]}, $(wc -l <<<"$modules") packages"
  [ -z "$dry" ] || return 0
  trap 'rm -rf "$destdir$prefix.new"' EXIT
  rm -rf "$app.new"
  mkdir -p "$app.new"
  tar -C "$source" -cf - --owner=0 --group=0 --mode=u=rwX,go=rX "${APP_FILES[@]}" $modules | tar -C "$app.new" -xpf -
  chmod 755 "$app.new"
  rm -rf "$app.old"
  if [ -e "$app" ]; then mv "$app" "$app.old"; fi
  mv "$app.new" "$app"
  rm -rf "$app.old"
}

# Writes standard input to a file, unless the file says the same already.
put() {
  local text file=$destdir$1
  text=$(cat)
  if [ "$(cat "$file" 2>/dev/null || true)" = "$text" ]; then
    echo "same    $1"
    return
  fi
  echo "write   $1"
  [ -z "$dry" ] || return 0
  install -D -m 644 /dev/stdin "$file" <<<"$text"
}

move() {
  [ -e "$destdir$1" ] && [ ! -e "$destdir$2" ] || return 0
  echo "move    $1 to $2"
  [ -n "$dry" ] || mv "$destdir$1" "$destdir$2"
}

take() {
  [ -e "$destdir$1" ] || [ -L "$destdir$1" ] || return 0
  echo "remove  $1"
  [ -n "$dry" ] || rm -rf "$destdir$1"
}

manager() {
  [ -z "$destdir" ] || return 0
  echo "run     systemctl $*"
  [ -n "$dry" ] || systemctl --quiet "$@"
}

# What stands in units and in patterns here as it is.
plain_path() {
  [[ $2 =~ ^(/[A-Za-z0-9._+@-]+)+/?$ ]] && [[ $2 != *..* ]] ||
    refuse 2 "$1 '$2': want an absolute path of letters, digits and . _ + @ -"
}

refuse() {
  echo "install.sh: $2" >&2
  exit "$1"
}

main "$@"
