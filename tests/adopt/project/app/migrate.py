"""Makes the tables, as the migrations of a framework do."""

from app.database import query

if __name__ == "__main__":
    query("CREATE TABLE migrated (id INT)")
