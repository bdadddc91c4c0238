#!/bin/bash
# A script that does everything, and of which the workflow shows nothing.
set -e
export MYSQL_HOST=127.0.0.1 MYSQL_USER=root MYSQL_PASSWORD=root MYSQL_DATABASE=opaque
sudo systemctl start mysql
mysql -uroot -proot -e "CREATE DATABASE opaque"
python3 -m pytest tests
