"""A plugin that lets Django use PyMySQL in place of mysqlclient, whose archive needs a compiler."""

import pymysql

pymysql.install_as_MySQLdb()
