#!/bin/sh
# The entrypoint of the tests' images. For a user it behaves like the entrypoint of the official MySQL and MariaDB
# images: it passes flags to the server and requires MYSQL_ROOT_PASSWORD. A temporary server without networking sets
# up an empty datadir. Root can log in from every host. The password is put into SQL without escaping, as in the
# official images. There is one difference: it copies a datadir that was initialised when the image was built.
set -eu

data=/var/lib/mysql
initialised=/opt/datadir
socket=/run/mysqld/mysqld.sock

note() { echo "[Note] [Entrypoint]: $*" >&2; }
fail() { echo "[ERROR] [Entrypoint]: $*" >&2; exit 1; }

server=$(command -v mysqld || command -v mariadbd)
client=$(command -v mysql || command -v mariadb)

initialise() {
    mkdir "$initialised"
    chown mysql:mysql "$initialised"
    if [ "${server##*/}" = mysqld ]; then
        "$server" --no-defaults --initialize-insecure --user=mysql --datadir="$initialised"
    else
        mariadb-install-db --no-defaults --user=mysql --datadir="$initialised" --skip-test-db \
            --auth-root-authentication-method=normal > /dev/null
    fi
}

case "${1:-}" in
    '' | -*) ;;
    initialise) initialise; exit ;;
    *) exec "$@" ;;
esac

sql() { "$client" --no-defaults --protocol=socket --socket="$socket" --user=root "$@"; }

[ -n "${MYSQL_ROOT_PASSWORD:-}" ] || [ -d "$data/mysql" ] || fail "MYSQL_ROOT_PASSWORD is not set"
mkdir -p /run/mysqld
chown mysql:mysql /run/mysqld /var/lib/mysql-files "$data"

if [ ! -d "$data/mysql" ]; then
    "$server" --no-defaults "$@" --user=mysql --verbose --help > /dev/null 2> /tmp/check || {
        cat /tmp/check >&2
        fail "the server rejects these settings: $*"
    }
    cp -a "$initialised/." "$data"
    note "a temporary server"
    "$server" --no-defaults --user=mysql --datadir="$data" --socket="$socket" --skip-networking "$@" &
    temporary=$!
    until sql --execute='SELECT 1' > /dev/null 2>&1; do
        kill -0 "$temporary" || fail "the temporary server did not start"
        sleep 0.1
    done
    sql << SQL
CREATE USER 'root'@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
${MYSQL_DATABASE:+CREATE DATABASE \`$MYSQL_DATABASE\`;}
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
SHUTDOWN;
SQL
    wait "$temporary"
    note "set up"
fi

exec "$server" --no-defaults --user=mysql --datadir="$data" --socket="$socket" "$@"
